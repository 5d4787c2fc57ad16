/** Reads a command's options; what is not one of them is a `UsageError`. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './errors';

/** @throws UsageError for an unknown option, one without its value, or anything that is no option */
export function readOptions<const T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: string[],
  options: T,
): ReturnType<typeof parseArgs<{ options: T }>>['values'] {
  try {
    return parseArgs({ args, options, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), command);
  }
}
