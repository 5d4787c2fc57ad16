/** Whether a file is still the one that it was, told by one `stat`. */
import { stat } from 'node:fs/promises';
import { readable } from './files';

/** File systems stamp files to the nanosecond or, as FAT does, every other second. */
const COARSEST_CLOCK_MS = 2000;

/**
 * What changes when a file is written or replaced: its size, times and inode. Undefined while the file
 * system's clock may not have ticked since the last change, so that another one may go unseen.
 */
export async function stampOf(file: string): Promise<string | undefined> {
  const { size, mtimeNs, ctimeNs, ctimeMs, ino } = await readable(file, 'file', stat(file, { bigint: true }));
  const settled = Date.now() - Number(ctimeMs) > COARSEST_CLOCK_MS;
  return settled ? [size, mtimeNs, ctimeNs, ino].join(' ') : undefined;
}
