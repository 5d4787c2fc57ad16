/**
 * TensorBoard's event files: records framed by checksums, each a small protocol buffer. Written from the definitions in
 * TensorFlow's `event.proto` and `summary.proto`; no package for it is kept alive.
 */

/** CRC-32C (Castagnoli), of RFC 3720. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc >>> 0;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** As records hold it, so that a checksum of checksums isn't trivial. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A record of TFRecord: length, its checksum, the bytes, their checksum. */
export function record(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(12 + bytes.length + 4);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(framed.subarray(0, 8)), true);
  framed.set(bytes, 12);
  view.setUint32(12 + bytes.length, masked(bytes), true);
  return framed;
}

/** One value of a summary. */
export type SummaryValue = { tag: string; scalar: number } | { tag: string; histogram: Histogram };

/** Of values in buckets; each bucket reaches from the limit before it to its own. */
export interface Histogram {
  min: number;
  max: number;
  count: number;
  sum: number;
  sumOfSquares: number;
  limits: ArrayLike<number>;
  counts: ArrayLike<number>;
}

/** The first event of a file. */
export function versionEvent(seconds: number): Uint8Array {
  return message([double(1, seconds), text(3, 'brain.Event:2')]);
}

export function summaryEvent(seconds: number, step: number, values: readonly SummaryValue[]): Uint8Array {
  const summary = message(values.map((value) => nested(1, summaryValue(value))));
  return message([double(1, seconds), integer(2, step), nested(5, summary)]);
}

/** Says that training starts at a step, whose events of before TensorBoard then forgets. */
export function startEvent(seconds: number, step: number): Uint8Array {
  const START = 1;
  return message([double(1, seconds), integer(2, step), nested(7, message([integer(1, START)]))]);
}

function summaryValue(value: SummaryValue): Uint8Array {
  if ('scalar' in value) return message([text(1, value.tag), float(2, value.scalar)]);
  const { min, max, count, sum, sumOfSquares, limits, counts } = value.histogram;
  const figures = [min, max, count, sum, sumOfSquares].map((figure, i) => double(i + 1, figure));
  const histogram = message([...figures, doubles(6, limits), doubles(7, counts)]);
  return message([text(1, value.tag), nested(5, histogram)]);
}

/** Protocol buffers: a field is its number and kind, and then its value. */
const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];

function message(fields: readonly number[][]): Uint8Array {
  return Uint8Array.from(fields.flat());
}

function integer(field: number, value: number): number[] {
  return [...varint((field << 3) | VARINT), ...varint(value)];
}

function double(field: number, value: number): number[] {
  return [...varint((field << 3) | FIXED64), ...new Uint8Array(Float64Array.of(value).buffer)];
}

function float(field: number, value: number): number[] {
  return [...varint((field << 3) | FIXED32), ...new Uint8Array(Float32Array.of(value).buffer)];
}

function doubles(field: number, values: ArrayLike<number>): number[] {
  return nested(field, new Uint8Array(Float64Array.from(values).buffer));
}

function text(field: number, value: string): number[] {
  return nested(field, new TextEncoder().encode(value));
}

function nested(field: number, bytes: Uint8Array): number[] {
  return [...varint((field << 3) | LENGTH), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
