/**
 * The fuzzer: real and made files, damaged in ways that a number decides, must end as an image or an `HpaError`,
 * soon, and without taking more memory than the limits allow.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { decodeImage, isHpaError, Random, readTiffInfo, type ImageLimits } from 'hpa-kit';
import { hasRealData, realData } from '../real-data';
import { meterAllocations } from './allocation-meter';

export interface SeedFile {
  name: string;
  bytes: Buffer;
  /** @default LIMITS */
  limits?: Limits;
}

type Limits = Required<ImageLimits>;

/** Small files of every kind, from the golden tests. */
export function goldenSeeds(): SeedFile[] {
  return ['png', 'tiff', 'jpeg'].flatMap((format) => {
    const url = new URL(`../golden/${format}_kinds.json`, import.meta.url);
    const cases = JSON.parse(readFileSync(url, 'utf8')) as Record<string, string>[];
    return cases.map((one) => ({
      name: `${format}: ${one.name}`,
      bytes: Buffer.from(one[format]!, 'base64'),
    }));
  });
}

/** Real files, where they are there. */
export function realSeeds(): SeedFile[] {
  if (!hasRealData) return [];
  return ['tiff', 'mislabelled', 'png16', 'kaggle-png'].flatMap((folder) =>
    readdirSync(realData(folder))
      .filter((name) => /\.(png|tiff?)$/.test(name))
      .slice(0, 3)
      .map((name) => ({
        name: `${folder}/${name}`,
        bytes: readFileSync(realData(`${folder}/${name}`)),
        limits: REAL_LIMITS,
      })),
  );
}

/** Changes bytes, cuts, repeats or moves parts, and strikes at what the format's readers trust. */
export function mutate(file: Buffer, random: Random, seeds: readonly SeedFile[]): Buffer {
  let out = Buffer.from(file);
  for (let n = random.int(4) + 1; n > 0 && out.length >= 16; n--) {
    const at = random.int(out.length);
    const kind = random.int(16);
    if (kind < 4) out[at] = random.pick([0, 1, 3, 4, 16, 127, 128, 255, random.int(256)]);
    else if (kind === 4) out[at] = out[at]! ^ (1 << random.int(8));
    else if (kind === 5) out = out.subarray(0, at + 1);
    else if (kind === 6) out = Buffer.concat([out.subarray(0, at), out.subarray(random.int(out.length))]);
    else if (kind === 7) out.writeUInt32BE(random.uint32(), Math.min(at, out.length - 4) & ~3);
    else if (kind === 8) out.copyWithin(at, random.int(out.length));
    else if (kind === 9) splice(out, random.pick(seeds).bytes, at, random);
    else strike(out, random);
  }
  return random.bool(0.8) ? mendChecksums(out) : out;
}

function splice(out: Buffer, other: Buffer, at: number, random: Random): void {
  const from = random.int(other.length);
  other.copy(out, at, from, Math.min(other.length, from + random.int(64) + 1));
}

function strike(out: Buffer, random: Random): void {
  const head = out.toString('latin1', 0, 4);
  if (head === 'II*\0' || head === 'MM\0*') strikeTiff(out, random, head === 'II*\0');
  else if (out[0] === 0xff) strikeJpeg(out, random);
  else strikePng(out, random);
}

/** A field of the first directory gets another tag, type, count or value. */
function strikeTiff(out: Buffer, random: Random, littleEndian: boolean): void {
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > out.length) return;
  const entry = directory + 2 + 12 * random.int(view.getUint16(directory, littleEndian) || 1);
  if (entry + 12 > out.length) return;
  const part = random.int(8);
  const number = random.pick([0, 1, 2, 3, 4, 8, 15, 16, 32, 255, 256, 65_535, 65_536, 0x7fffffff, 0xffffffff, out.length, random.int(out.length), random.uint32()]); // prettier-ignore
  if (part === 0)
    view.setUint16(entry, random.pick([256, 257, 258, 259, 262, 270, 273, 277, 278, 279, 284, 317, 322, 323, 324, 325, 339]), littleEndian); // prettier-ignore
  else if (part === 1) view.setUint16(entry + 2, random.int(20), littleEndian);
  else if (part === 2) view.setUint32(entry + 4, number, littleEndian);
  else if (part < 6) view.setUint16(entry + 8, number & 0xffff, littleEndian);
  else view.setUint32(entry + 8, number, littleEndian);
}

/** A byte behind a marker changes: lengths, sizes, sampling factors, tables, scans. */
function strikeJpeg(out: Buffer, random: Random): void {
  const markers: number[] = [];
  for (let at = out.indexOf(0xff, 2); at >= 0 && markers.length < 500; at = out.indexOf(0xff, at + 1))
    if ((out[at + 1] ?? 0) >= 0xc0) markers.push(at);
  if (markers.length === 0) return;
  const at = random.pick(markers) + 1 + random.int(24);
  if (at < out.length) out[at] = random.pick([0, 1, 2, 3, 4, 8, 0x11, 0x12, 0x22, 0x41, 63, 64, 0xc0, 0xc2, 0xda, 255, random.int(256)]); // prettier-ignore
}

/** A byte of the header changes, or of a chunk's length. */
function strikePng(out: Buffer, random: Random): void {
  const at = random.bool(0.7) ? 16 + random.int(13) : 8 + random.int(out.length - 8);
  if (at < out.length) out[at] = random.pick([0, 1, 2, 3, 4, 6, 8, 16, 255, random.int(256)]);
}

export function mendChecksums(file: Buffer): Buffer {
  if (file.toString('latin1', 1, 4) !== 'PNG') return file;
  for (let at = 8; at + 12 <= file.length;) {
    const end = at + 8 + file.readUInt32BE(at);
    if (end + 4 > file.length) break;
    file.writeUInt32BE(crc32(file.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return file;
}

/** Low limits, so that most rounds are quick and a lapse shows. */
const LIMITS: Limits = { maxPixels: 2 ** 20, maxBytes: 2 ** 17 };
/** The real JPEGs are 1728×1728, and take 61 MB. */
const REAL_LIMITS: Limits = { maxPixels: 2 ** 22, maxBytes: 2 ** 27 };
const MAX_MILLISECONDS = 1000;

/** The samples, what they were unpacked from and a copy of each; a few copies of the file; small change. */
const allowed = (file: Uint8Array, { maxBytes }: Limits) => 4 * maxBytes + 8 * file.length + 2 ** 16;

export interface Verdict {
  /** `'decoded'`, or the code of the `HpaError`. */
  outcome: string;
  /** What was wrong with how the file was dealt with; absent when nothing was. */
  fault?: string;
}

/** Decodes a file as a stranger's, and judges how it went. */
export async function judge(file: Uint8Array, limits = LIMITS): Promise<Verdict> {
  let verdict: Verdict = { outcome: 'none' };
  const decode = async () => {
    try {
      if (file[0] === 0x49 || file[0] === 0x4d) tryInfo(file);
      const { width, height, channels, data } = await decodeImage(file, limits);
      verdict = { outcome: 'decoded' };
      if (data.length !== width * height * channels || data.byteLength > limits.maxBytes)
        verdict.fault = `${data.length} samples for ${width}×${height}×${channels}`;
    } catch (error) {
      verdict = isHpaError(error) ? { outcome: error.code } : { outcome: 'crash', fault: String(error) };
    }
  };
  const first = await meterAllocations(decode);
  const most = allowed(file, limits);
  if (first.bytes > most) verdict.fault ??= `${first.bytes} bytes taken, more than ${most}`;
  if (first.milliseconds > MAX_MILLISECONDS) {
    // Collecting the garbage of earlier rounds counts too; a slow file is slow twice.
    const second = await meterAllocations(decode);
    if (second.milliseconds > MAX_MILLISECONDS) verdict.fault ??= `${Math.round(second.milliseconds)} ms`;
  }
  return verdict;
}

function tryInfo(file: Uint8Array): void {
  try {
    readTiffInfo(file);
  } catch (error) {
    if (!isHpaError(error)) throw error;
  }
}

export interface FuzzRun {
  rounds: number;
  /** How often each outcome came. */
  outcomes: Map<string, number>;
  /** The files that were dealt with wrongly, ready to become regression tests. */
  faults: { round: number; seed: string; fault: string; base64: string }[];
}

/** Runs rounds from `first` on until the time is over; a round's file depends on its number alone. */
export async function fuzz(
  seeds: readonly SeedFile[],
  { milliseconds, first = 0 }: { milliseconds: number; first?: number },
): Promise<FuzzRun> {
  const run: FuzzRun = { rounds: 0, outcomes: new Map(), faults: [] };
  const end = performance.now() + milliseconds;
  for (let round = first; performance.now() < end; round++, run.rounds++) {
    const random = new Random('fuzz', round);
    const seed = random.pick(seeds);
    const file = mutate(seed.bytes, random, seeds);
    const { outcome, fault } = await judge(file, seed.limits);
    run.outcomes.set(outcome, (run.outcomes.get(outcome) ?? 0) + 1);
    if (fault) run.faults.push({ round, seed: seed.name, fault, base64: file.toString('base64') });
  }
  return run;
}
