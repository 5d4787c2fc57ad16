/** A Vite plugin that tells the service worker which files the built page has. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const SCRIPT = 'service-worker.js';

/** Lists all files of the build in its service worker. Their digest is in there too: browsers see that it changed. */
export function precache(): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    async writeBundle({ dir }) {
      const folder = dir!;
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile() && entry.name !== SCRIPT)
        .map(({ parentPath, name }) =>
          join(parentPath, name)
            .slice(folder.length + 1)
            .replaceAll('\\', '/'),
        )
        .sort();
      const digest = createHash('sha256');
      for (const file of files) digest.update(file).update(await readFile(join(folder, file)));
      const list = {
        version: digest.digest('hex').slice(0, 16),
        // The page is asked for by its folder.
        files: files.map((file) => (file === 'index.html' ? './' : file)),
      };
      const script = join(folder, SCRIPT);
      await writeFile(script, `const PRECACHE = ${JSON.stringify(list)};\n${await readFile(script, 'utf8')}`);
    },
  };
}
