/** Real images and labels, which lie beside the checkout where they are available; tests on them skip elsewhere. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder, as a URL. */
export const realDataFolder = new URL('../../shared/data/', import.meta.url);

export const hasRealData = existsSync(realDataFolder);

/** Path of a file or folder of the real data. */
export function realData(path: string): string {
  return fileURLToPath(new URL(path, realDataFolder));
}
