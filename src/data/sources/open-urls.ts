/** Images on a web server as a source. */
import { checkFetchOptions, fetchBytes, pageUrl, type FetchOptions } from './fetch-bytes';
import { fileBound } from './file-size';
import {
  fileSource,
  HPA_CHANNELS,
  type FilePlace,
  type FileSource,
  type FileSourceOptions,
} from './file-source';
import { FileLayout } from './file-template';
import { readTables, type TableOptions } from './source-tables';

/** One sample of a list: the URL of each channel's file, or of the one with all channels. */
export interface UrlSample {
  /** Names the sample. */
  id: string;
  /** The URL of the file with all channels, or URLs by the channel's name. */
  files: string | URL | Readonly<Record<string, string | URL | undefined>>;
}

/** `labels` and `groups.file` are URLs. */
export interface OpenUrlsOptions extends FileSourceOptions, FetchOptions, TableOptions<string | URL> {
  classes?: readonly string[] | undefined;
  /** Ids of the samples below a base URL, where there are no labels. */
  ids?: readonly string[] | undefined;
  /** Stops the fetching of the tables. */
  signal?: AbortSignal | undefined;
}

/**
 * Opens images on a server. Either by the base URL of a folder, with a table of labels or a list of ids: each
 * file is then where `template` says, ids encoded, a query of the base URL kept. Or by a list of samples with
 * their URLs. Only tables are fetched now; images when they are needed, as many at once as the dataset loads.
 *
 * A server isn't asked which files there are. `onMissing` applies to channels that a list leaves out; a file that
 * turns out to be missing is an error when it is loaded, which the dataset's `onBroken` can skip.
 *
 * @throws HpaError `file-missing`, `fetch-failed` when a table can't be fetched; `csv-invalid`, `label-invalid`
 *   with the row; `id-unsafe`. When loading: `file-missing` for 404, `fetch-failed`, `file-too-large`,
 *   `aborted`, and what the decoder throws
 * @example
 * const source = await openUrls('https://example.org/train/', { labels: 'https://example.org/train.csv' });
 * const list = await openUrls(
 *   [{ id: 'a', files: { dapi: 'https://example.org/1.png', actin: 'https://example.org/2.png' } }],
 *   { channels: ['dapi', 'actin'] },
 * );
 */
export async function openUrls(
  from: string | URL | readonly UrlSample[],
  options: OpenUrlsOptions = {},
): Promise<FileSource> {
  checkFetchOptions(options);
  const maxFileBytes = fileBound(options.maxFileBytes);
  const place = isList(from) ? listPlace(from) : basePlace(from, options);
  const tables = await readTables(options, async (table) => ({
    name: String(table),
    bytes: await fetchBytes(String(table), maxFileBytes, options, options.signal),
  }));
  return fileSource(
    { ...place, read: (url, signal) => fetchBytes(url, maxFileBytes, options, signal) },
    tables,
    options,
  );
}

type UrlPlace = Omit<FilePlace, 'read'>;

function isList(from: string | URL | readonly UrlSample[]): from is readonly UrlSample[] {
  return Array.isArray(from);
}

function basePlace(from: string | URL, options: OpenUrlsOptions): UrlPlace {
  const { labels, ids, channels = HPA_CHANNELS, template } = options;
  if ((labels === undefined) === (ids === undefined))
    throw new TypeError(
      'openUrls with a base URL takes either labels or ids, since a server has no list of its files.',
    );
  ids?.forEach(checkDistinct(new Set()));
  const layout = new FileLayout(channels, template);
  const base = new URL(from, pageUrl());
  const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  return {
    name: base.href,
    listIds: () => ids!,
    locate: (id, channel) => {
      const path = layout.fileName(id, channel).split('/').map(encodeURIComponent).join('/');
      const url = new URL(base);
      url.pathname = folder + path;
      return url.href;
    },
    has: () => true,
  };
}

function listPlace(samples: readonly UrlSample[]): UrlPlace {
  const distinct = checkDistinct(new Set());
  for (const { id } of samples) distinct(id);
  const filesById = new Map(samples.map(({ id, files }) => [id, files]));
  return {
    name: `the list of ${samples.length} samples`,
    listIds: () => [...filesById.keys()],
    locate: (id, channel) => {
      const files = filesById.get(id);
      if (files === undefined || typeof files === 'string' || files instanceof URL)
        return files && String(files);
      const url = Object.hasOwn(files, channel) ? files[channel] : undefined;
      return url && String(url);
    },
    has: () => true,
  };
}

function checkDistinct(seen: Set<string>): (id: string) => void {
  return (id) => {
    if (typeof id !== 'string' || id === '')
      throw new TypeError(`Ids must be non-empty strings. Received ${JSON.stringify(id)}.`);
    if (seen.has(id)) throw new TypeError(`Ids must be distinct. "${id}" stands there twice.`);
    seen.add(id);
  };
}
