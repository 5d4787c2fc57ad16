/**
 * A JPEG's segments, walked before the library sees the file: sizes, tables and scans are checked, and only
 * what decoding needs is handed on, so that what is decoded is what was checked.
 */
import { HpaError } from '../../errors';
import { readFrame, readTables, type JpegFrame } from './frame';

/** Encoders write about ten; each scan goes over all blocks once more. */
const MAX_SCANS = 64;

const [SOI, EOI, SOS, DQT, DHT, DRI, APP0, APP14, COM] = [
  0xd8, 0xd9, 0xda, 0xdb, 0xc4, 0xdd, 0xe0, 0xee, 0xfe,
];

export interface JpegFile {
  readonly frame: JpegFrame;
  /** Three components are luma and two differences of colour rather than RGB. */
  readonly isYcc: boolean;
  /** The file without comments and what applications add. */
  readonly essential: Uint8Array;
}

/**
 * `onFrame` is called as soon as the size is known, so that a limit can refuse the file there.
 *
 * @throws HpaError `jpeg-truncated`, `jpeg-invalid`, `jpeg-unsupported`
 */
export function readSegments(bytes: Uint8Array, onFrame: (frame: JpegFrame) => void): JpegFile {
  const parts: Uint8Array[] = [Uint8Array.of(0xff, SOI)];
  let frame: JpegFrame | undefined;
  let hasJfif = false;
  let adobe: number | undefined;
  const scans: Scan[] = [];

  for (let at = 2; ;) {
    const marker = nextMarker(bytes, at);
    if (marker.code === EOI) break;
    const body = segmentBody(bytes, marker);
    let end = marker.at + 4 + body.length;
    let part: Uint8Array | undefined = bytes.subarray(marker.at, end);
    if (marker.code === DQT || marker.code === DHT) {
      readTables(body, marker.code === DHT);
    } else if (marker.code === DRI) {
      if (body.length !== 2) throw invalid(`its restart interval has ${body.length} bytes; expected 2`);
    } else if (marker.code === SOS) {
      if (!frame) throw invalid('image data comes before the size');
      if (scans.length === MAX_SCANS) throw invalid(`it has more than ${MAX_SCANS} scans`);
      const start = end;
      end = endOfData(bytes, start);
      scans.push(readScan(body, frame, end - start));
      part = bytes.subarray(marker.at, end);
    } else if (marker.code >= 0xc0 && marker.code <= 0xcf) {
      if (frame) throw invalid('there is a second frame');
      frame = readFrame(marker.code, body);
      onFrame(frame);
      // A single component's sampling factors mean nothing; the library would pad by them.
      if (frame.components.length === 1) part = part.map((byte, i) => (i === 11 ? 0x11 : byte));
    } else if (marker.code === COM || (marker.code >= APP0 && marker.code <= 0xef)) {
      hasJfif ||= marker.code === APP0 && startsWith(body, 'JFIF\0');
      if (marker.code === APP14 && startsWith(body, 'Adobe') && body.length >= 12) adobe = body[11];
      part = undefined;
    } else {
      throw new HpaError(
        'jpeg-unsupported',
        `the JPEG has a segment of kind ff ${marker.code.toString(16)}, which is not read here: save it anew`,
      );
    }
    if (part) parts.push(part);
    at = end;
  }

  if (!frame) throw invalid('it has no frame, and so no size');
  checkScans(frame, scans);
  parts.push(Uint8Array.of(0xff, EOI));
  return { frame, isYcc: isYcc(frame, hasJfif, adobe), essential: join(parts) };
}

/** As libjpeg decides it: JFIF is YCbCr, then Adobe's flag counts, then components called R, G and B. */
function isYcc({ components }: JpegFrame, hasJfif: boolean, adobe: number | undefined): boolean {
  if (hasJfif) return true;
  if (adobe !== undefined) return adobe !== 0;
  return String.fromCharCode(...components.map(({ id }) => id)) !== 'RGB';
}

interface Scan {
  components: readonly number[];
  /** It holds the blocks' mean values: all of a sequential JPEG's scans do. */
  isFirst: boolean;
  bytes: number;
}

function readScan(body: Uint8Array, frame: JpegFrame, bytes: number): Scan {
  const count = body[0] ?? 0;
  const components = Array.from({ length: count }, (_, i) => body[1 + 2 * i]!);
  if (count === 0 || body.length !== 4 + 2 * count) throw invalid(`a scan's header has ${body.length} bytes`);
  const known = components.every(
    (id, i) => frame.components.some((component) => component.id === id) && components.indexOf(id) === i,
  );
  if (!known)
    throw invalid(`a scan is of the components ${components.join(', ')}, which the frame hasn't got`);
  const [from, to, approximation] = body.subarray(1 + 2 * count) as unknown as [number, number, number];
  if (frame.progressive && (from > to || to > 63 || (from > 0 && count > 1) || (from === 0 && to > 0)))
    throw invalid(`a scan of ${count} components covers coefficients ${from} to ${to}`);
  return { components, isFirst: !frame.progressive || (from === 0 && approximation >> 4 === 0), bytes };
}

/** Each component's blocks must be there, once, and each block takes a bit at least. */
function checkScans(frame: JpegFrame, scans: readonly Scan[]): void {
  const first = scans.filter(({ isFirst }) => isFirst);
  for (const { id, blocks } of frame.components) {
    const own = first.filter(({ components }) => components.includes(id));
    if (own.length > 1) throw invalid(`component ${id} is stored ${own.length} times`);
    const bytes = own[0]?.bytes ?? 0;
    if (blocks > bytes * 8)
      throw new HpaError(
        'jpeg-truncated',
        `too little image data: ${bytes} bytes cannot hold the ${blocks} blocks of component ${id}`,
      );
  }
}

function nextMarker(bytes: Uint8Array, at: number): { code: number; at: number } {
  if (at + 2 > bytes.length)
    throw new HpaError(
      'jpeg-truncated',
      `the file ends after ${bytes.length} bytes, without the closing marker`,
    );
  if (bytes[at] !== 0xff) throw invalid(`at byte ${at} there is no marker`);
  while (bytes[at + 1] === 0xff) at++;
  return { code: bytes[at + 1] ?? 0, at };
}

function segmentBody(bytes: Uint8Array, { code, at }: { code: number; at: number }): Uint8Array {
  if (code < 0xc0 || (code >= 0xd0 && code <= SOI)) throw invalid(`at byte ${at} there is no segment`);
  const length = at + 4 > bytes.length ? Infinity : bytes[at + 2]! * 256 + bytes[at + 3]!;
  if (length < 2) throw invalid(`the segment at byte ${at} has a length of ${length}`);
  if (at + 2 + length > bytes.length)
    throw new HpaError(
      'jpeg-truncated',
      `the file ends after ${bytes.length} bytes, within the segment at byte ${at}`,
    );
  return bytes.subarray(at + 4, at + 2 + length);
}

/** Compressed data ends at the first marker that isn't a stuffed byte or a restart. */
function endOfData(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1];
    if (code === undefined) break;
    if (code !== 0 && code !== 0xff && !(code >= 0xd0 && code <= 0xd7)) return at;
  }
  throw new HpaError('jpeg-truncated', `the file ends after ${bytes.length} bytes, within its image data`);
}

const startsWith = (body: Uint8Array, text: string) =>
  String.fromCharCode(...body.subarray(0, text.length)) === text;

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const invalid = (reason: string) => new HpaError('jpeg-invalid', `the JPEG is damaged: ${reason}`);
