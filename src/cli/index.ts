#!/usr/bin/env node
/** The command line: `npx hpa-kit <command>`. Commands are loaded only when asked for. */
import { CliError, UsageError } from './errors';
import { version } from '../../package.json';

const HELP = `hpa-kit ${version}: multi-label cell-image modelling on TensorFlow.js

Usage: npx hpa-kit <command> [options]

Commands:
  doctor   what each engine can do on this machine, and why one is missing
  native   install @tensorflow/tfjs-node from a tensorflow-cpu Python wheel, where
           its own download cannot be reached
  models   the models, what images they expect, and how many weights they have

  npx hpa-kit <command> --help says more. --version prints the version.
`;

/** Each answers the exit code. */
const COMMANDS: Readonly<Record<string, () => Promise<(args: string[]) => Promise<number>>>> = {
  doctor: async () => (await import('./doctor')).doctor,
  native: async () => (await import('./native/command')).native,
  models: async () => (await import('./models')).models,
  // Not in the help: what `doctor` and `native` run in a process of its own.
  probe: async () => (await import('./probe')).probe,
};

async function main([name, ...args]: string[]): Promise<number> {
  if (name === '--version') {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? process.stderr : process.stdout).write(HELP);
    return name === undefined ? 2 : 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.() : undefined;
    if (!command)
      throw new UsageError(
        `command must be one of doctor, native, models. Received ${JSON.stringify(name)}`,
        '',
      );
    return await command(args);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`hpa-kit: ${error.message}\n`);
    return error.exitCode;
  }
}

// A reader that went away, as `| head` does, must not end a command that is at work.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
