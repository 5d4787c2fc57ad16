/** Errors about samples that lack something, a few of them named and the rest counted. */
import { HpaError } from '../../errors';

/** What to throw where samples lack files. */
export function missingError(place: string, total: number, missing: ReadonlyMap<string, HpaError>): HpaError {
  const lacks = [...missing.values()].map((error) => `${error.sample} lacks ${error.channel}`);
  const [one] = missing.values();
  const remedy =
    missing.size === total
      ? `Looked for ${one?.file ?? 'a file'}, for example: check the path and the template`
      : "Add the files, or pass onMissing: 'skip' to go on without those samples, or 'zeros' to fill absent channels";
  return new HpaError(
    'file-missing',
    `${missing.size} of ${total} samples lack a file in ${place}: ${firstOf(lacks, '; ')}. ${remedy}`,
    { file: one?.file, sample: one?.sample, channel: one?.channel },
  );
}

/** @throws HpaError `csv-invalid` when the table of groups lacks some of the ids */
export function checkGroups(
  ids: readonly string[],
  { file, byId }: { file: string; byId: ReadonlyMap<string, string> },
): void {
  const without = ids.filter((id) => !byId.has(id));
  if (without.length === 0) return;
  throw new HpaError(
    'csv-invalid',
    `${without.length} of ${ids.length} samples have no row in the table of groups: ${firstOf(without, ', ')}`,
    { file, sample: without[0] },
  );
}

/** The first three of a list, and how many more there are. */
export function firstOf(items: readonly string[], separator: string): string {
  const more = items.length > 3 ? `, and ${items.length - 3} more` : '';
  return items.slice(0, 3).join(separator) + more;
}
