/** File names from ids and channels, and back: `{id}_{channel}.png`. */
import { HpaError } from '../../errors';

/** One template for all channels, or one for each. */
export type FileTemplate = string | Readonly<Record<string, string>>;

/** The competition's layout. */
export const HPA_TEMPLATE = '{id}_{channel}.png';

/** What ids and channels can't hold: separators, colons (drives and streams on Windows), control characters. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const UNSAFE = /[/\\:\x00-\x1f\x7f]/;

/** Names files by a template, and finds the samples among names. Paths have `/` between folders. */
export class FileLayout {
  private readonly templates: ReadonlyMap<string, string>;
  private readonly patterns: readonly RegExp[];
  /** For each depth, what the names of folders there look like. */
  private readonly folderPatterns: readonly (readonly RegExp[])[];

  /** @throws TypeError for a template without `{id}` or that leaves its folder, and for unusable channel names */
  constructor(channels: readonly string[], template: FileTemplate = HPA_TEMPLATE) {
    this.templates = new Map(channels.map((channel) => [channel, templateOf(template, channel)]));
    const distinct = [...new Set(this.templates.values())];
    const sharing = (text: string) => channels.filter((channel) => this.templates.get(channel) === text);
    this.patterns = distinct.map(
      (text) => new RegExp(`^(?<folder>(?:[^/]+/)*)${patternOf(text, sharing(text))}$`),
    );
    const folders = distinct.map((text) => {
      const names = text.split('/').slice(0, -1);
      return names.map((name) => new RegExp(`^${patternOf(name, sharing(text))}$`));
    });
    const depth = Math.max(...folders.map((patterns) => patterns.length));
    this.folderPatterns = Array.from({ length: depth }, (_, d) => folders.flatMap((f) => f[d] ?? []));
  }

  /**
   * Path of a channel's file.
   *
   * @throws HpaError `id-unsafe` for an id that could leave the folder
   */
  fileName(id: string, channel: string): string {
    const path = fill(this.templates.get(channel)!, id, channel);
    if (UNSAFE.test(id) || leaves(id) || leaves(path))
      throw new HpaError(
        'id-unsafe',
        `The id ${JSON.stringify(id)} could leave the folder. ` +
          'Ids are plain file names, without slashes, colons and control characters',
        { sample: id },
      );
    return path;
  }

  /**
   * The id in a path, and the folder (with its `/`) before what the template describes. Where the names of two
   * channels fit, as `b` and `a_b` do in `x_a_b.png`, it is the longer one.
   */
  match(path: string): { folder: string; id: string } | undefined {
    for (const pattern of this.patterns) {
      const groups = pattern.exec(path)?.groups;
      if (groups) return { folder: groups['folder']!, id: groups['id']! };
    }
    return undefined;
  }

  /** Whether a template has a folder that may be called `name`, so many folders deep. */
  hasFolder(name: string, depth: number): boolean {
    return this.folderPatterns[depth]?.some((pattern) => pattern.test(name)) === true;
  }
}

/** Throws a `TypeError` unless `channels` is a list of distinct, non-empty names. */
export function checkChannels(channels: readonly string[]): void {
  if (channels.length === 0)
    throw new TypeError('channels must name at least one channel. Received an empty list.');
  channels.forEach((name, i) => {
    if (typeof name !== 'string' || name === '')
      throw new TypeError(`channels must be non-empty names. Received ${JSON.stringify(name)}.`);
    if (channels.indexOf(name) !== i)
      throw new TypeError(`channels must be distinct. "${name}" stands there twice.`);
  });
}

function templateOf(template: FileTemplate, channel: string): string {
  const text = typeof template === 'string' ? template : ownValue(template, channel);
  if (text === undefined)
    throw new TypeError(`template must have a file name for each channel. There is none for ${channel}.`);
  const unknown = /\{(?!id\}|channel\})[^}]*\}?/.exec(text);
  if (!text.includes('{id}') || unknown)
    throw new TypeError(
      `template must hold {id}, and may hold {channel}, but nothing else in braces. Received "${text}".`,
    );
  if (text.includes('{channel}') && UNSAFE.test(channel))
    throw new TypeError(
      `channels must be plain names to be part of file names. Received ${JSON.stringify(channel)}.`,
    );
  if (/\\|:/.test(text) || leaves(fill(text, 'id', channel)))
    throw new TypeError(
      `template must be a relative path that stays in its folder, with / between folders. Received "${text}".`,
    );
  return text;
}

function ownValue(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function fill(template: string, id: string, channel: string): string {
  return template.replaceAll(/\{id\}|\{channel\}/g, (name) => (name === '{id}' ? id : channel));
}

/** Whether a path is absolute or goes up: it has an empty part or one of dots. */
function leaves(path: string): boolean {
  return path.split('/').some((part) => part === '' || part === '.' || part === '..');
}

/** The template as a regular expression: a name that comes again must be the same again. */
function patternOf(template: string, channels: readonly string[]): string {
  const longestFirst = [...channels].sort((a, b) => b.length - a.length);
  const patterns: Record<string, string> = {
    '{id}': '(?<id>[^/]+?)',
    '{channel}': `(?<channel>${longestFirst.map(escape).join('|')})`,
  };
  const seen = new Set<string>();
  return template
    .split(/(\{id\}|\{channel\})/)
    .map((part) => {
      const pattern = patterns[part];
      if (pattern === undefined) return escape(part);
      const again = seen.has(part);
      seen.add(part);
      return again ? `\\k<${part.slice(1, -1)}>` : pattern;
    })
    .join('');
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
