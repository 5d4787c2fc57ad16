/**
 * The source behind folders, ZIPs, URLs and dropped files alike: each channel of a sample in a file, or in a
 * plane of one, read by whatever function the place has.
 */
import { HpaError, withContext } from '../../errors';
import { decodeStack, type StackDecoder, type StackJob, type UnreadFile } from '../../image/decode-stack';
import { resolvePlane, type PlaneRule } from '../../image/planes';
import { checkClasses, HPA_CLASSES, pickRows } from '../../labels';
import { checkChannels, type FileTemplate } from './file-template';
import type { LabelTable } from './label-table';
import { checkGroups, missingError } from './missing-files';
import { sha256 } from './sha256';
import type { ImageSource } from '../source';

/** The competition's channels: microtubules, the protein, nucleus, endoplasmic reticulum. */
export const HPA_CHANNELS: readonly string[] = Object.freeze(['red', 'green', 'blue', 'yellow']);

/** What all sources of files have in common. */
export interface FileSourceOptions extends Pick<StackJob, 'maxPixels' | 'maxBytes' | 'pages'> {
  /** Channel names, in the order in which they are stacked. @default ['red', 'green', 'blue', 'yellow'] */
  channels?: readonly string[] | undefined;
  /** Class names. @default the 28 classes of the task */
  classes?: readonly string[] | undefined;
  /**
   * How files are named: a relative path with `{id}` and, unless one file holds all channels, `{channel}`; or
   * a path for each channel. What kind of image a file is, is told by its bytes, not by its name.
   *
   * @default '{id}_{channel}.png'
   */
  template?: FileTemplate | undefined;
  /**
   * Which plane of its file each channel is: a number from 0, or a rule by name. Without it, channels that
   * share a file are its planes in order, and all other files must be greyscale. With the rule `'hpa-v18'`
   * greyscale files are taken too.
   */
  planes?: PlaneRule | undefined;
  /**
   * What to do about samples that lack files: stop; fill the channels that are absent with zeros (see
   * `incomplete`), and leave out samples without any file; or leave out all that lack a file (see `missing`).
   *
   * @default 'error'
   */
  onMissing?: 'error' | 'zeros' | 'skip' | undefined;
  /** Refuse files of more bytes. @default 1_073_741_824 (1 GiB) */
  maxFileBytes?: number | undefined;
  /** Decodes, stacks and resizes each sample, such as a pool of workers. @default decodeStack, on this thread */
  decoder?: StackDecoder | undefined;
}

/** A source of files, with the samples that lack some. */
export interface FileSource extends ImageSource {
  /** Samples left out because files are missing, with what is missing. */
  readonly missing: ReadonlyMap<string, HpaError>;
  /** Samples of which channels are zeros because they have no file, with those channels' names. */
  readonly incomplete: ReadonlyMap<string, readonly string[]>;
}

/** What a place of files has to tell: a folder, an archive, a server. */
export interface FilePlace {
  /** What to call it in messages. */
  name: string;
  /** The ids of all its samples, for sources without a table. */
  listIds: () => readonly string[];
  /** The file of a channel, where it is or would be; undefined: there is none. */
  locate: (id: string, channel: string) => string | undefined;
  has: (file: string) => boolean;
  /** The bytes of a file, which nobody else uses. */
  read: (file: string, signal: AbortSignal | undefined) => Promise<Uint8Array>;
  /** The file for a decoder that reads by itself; undefined: none can. */
  unread?: (file: string) => UnreadFile;
  /** What changes when the file does; undefined when that can't be told now. */
  stamp?: (file: string) => Promise<string | undefined>;
}

/** The ids and labels, and the group of each id; without `labels`, every sample of the place, unlabelled. */
export interface SourceTables {
  labels?: LabelTable | undefined;
  groups?: { file: string; byId: ReadonlyMap<string, string> } | undefined;
}

/**
 * Makes a source of files. Which files exist is checked now; what they hold, when they are loaded.
 *
 * @throws HpaError `file-missing` that lists what is missing, also when no sample is left; `id-unsafe` for ids
 *   that could leave the folder. TypeError or RangeError for channels, classes or planes that can't be
 */
export function fileSource(
  place: FilePlace,
  { labels, groups }: SourceTables,
  options: FileSourceOptions,
): FileSource {
  const { channels = HPA_CHANNELS, classes = HPA_CLASSES, planes, onMissing = 'error' } = options;
  const { decoder: decode = decodeStack, maxPixels, maxBytes, pages } = options;
  checkClasses(classes);
  checkChannels(channels);
  if (planes) for (const channel of channels) resolvePlane(planes, channel);

  const ids = labels ? labels.ids : place.listIds();
  const missing = new Map<string, HpaError>();
  const incomplete = new Map<string, readonly string[]>();
  for (const id of ids) {
    const { files, absent } = filesOf(place, id, channels);
    if (absent.length === 0) continue;
    if (onMissing === 'zeros' && files.length > 0) {
      incomplete.set(id, absent);
      continue;
    }
    const reason = `There is no file for ${absent.length} of ${channels.length} channels`;
    const file = place.locate(id, absent[0]!);
    missing.set(id, new HpaError('file-missing', reason, { sample: id, channel: absent.join(', '), file }));
  }
  if (missing.size > 0 && (onMissing === 'error' || missing.size === ids.length))
    throw missingError(place.name, ids.length, missing);

  const kept = ids.map((_, i) => i).filter((i) => !missing.has(ids[i]!));
  const keptIds = kept.map((i) => ids[i]!);
  if (groups) checkGroups(keptIds, groups);
  const idAt = (index: number): string => {
    const id = keptIds[index];
    if (id === undefined)
      throw new RangeError(`index must be an integer from 0 to ${keptIds.length - 1}. Received ${index}.`);
    return id;
  };
  const readAll = (id: string, { files, users }: SampleFiles, signal: AbortSignal | undefined) =>
    Promise.all(
      files.map(async (file, i) => {
        try {
          return { name: file, bytes: await place.read(file, signal) };
        } catch (error) {
          throw withContext(error, { file, sample: id, channel: users[i]!.join(', ') });
        }
      }),
    );

  return {
    name: place.name,
    ids: keptIds,
    channels,
    classes,
    missing,
    incomplete,
    ...(labels && { labels: pickRows(labels.labels, kept, classes.length) }),
    ...(groups && { groups: keptIds.map((id) => groups.byId.get(id)!) }),
    async load(index, { signal, size } = {}) {
      const id = idAt(index);
      const sample = filesOf(place, id, channels);
      const job = {
        sample: id,
        channels: stackOf(sample, channels, planes),
        size,
        maxPixels,
        maxBytes,
        pages,
      };
      if (place.unread && decode.readAndDecode)
        return decode.readAndDecode({ ...job, files: sample.files.map(place.unread) }, { signal });
      return decode({ ...job, files: await readAll(id, sample, signal) }, { signal });
    },
    async identify(index, { signal } = {}) {
      const id = idAt(index);
      const sample = filesOf(place, id, channels);
      const layout = [
        pages ?? null,
        ...stackOf(sample, channels, planes).map(({ file, plane }) => [file, plane]),
      ];
      const stamps = place.stamp ? await Promise.all(sample.files.map(place.stamp)) : [undefined];
      return {
        stamp: stamps.includes(undefined) ? undefined : JSON.stringify([layout, stamps]),
        digest: async () => {
          const files = await readAll(id, sample, signal);
          const digests = await Promise.all(files.map(({ bytes }) => sha256(bytes)));
          return sha256(new TextEncoder().encode(JSON.stringify([layout, digests])));
        },
      };
    },
  };
}

/** The files of a sample that there are, each once, with the channels that use it. */
interface SampleFiles {
  files: string[];
  users: string[][];
  absent: string[];
}

function filesOf(place: FilePlace, id: string, channels: readonly string[]): SampleFiles {
  const users = new Map<string, string[]>();
  const absent: string[] = [];
  for (const channel of channels) {
    const file = place.locate(id, channel);
    if (file === undefined || !place.has(file)) absent.push(channel);
    else if (users.has(file)) users.get(file)!.push(channel);
    else users.set(file, [channel]);
  }
  return { files: [...users.keys()], users: [...users.values()], absent };
}

/** Which plane of which file each channel is. */
function stackOf(
  { users }: SampleFiles,
  channels: readonly string[],
  planes: PlaneRule | undefined,
): StackJob['channels'] {
  return channels.map((name) => {
    const file = users.findIndex((of) => of.includes(name));
    if (file < 0) return { name };
    const inOrder = users[file]!.length > 1 ? users[file]!.indexOf(name) : undefined;
    if (!planes) return { name, file, plane: inOrder };
    return { name, file, plane: resolvePlane(planes, name), greyscaleToo: planes === 'hpa-v18' };
  });
}
