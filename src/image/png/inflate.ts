/**
 * Inflates a PNG's image data into exactly the bytes that its header asks for, never more. Node's zlib runs
 * on the thread pool; the web's `DecompressionStream` does the same job elsewhere.
 */
import { HpaError } from '../../errors';
import type { NodeZlib } from './node-zlib';

/** Deflate cannot expand data by more than this (zlib, "Maximum Compression Factor"). */
const MAX_EXPANSION = 1032;

/**
 * The inflated bytes of the parts, which together are one zlib stream.
 *
 * @throws HpaError `png-invalid` when the stream is damaged, or holds less or more than `expected` bytes.
 */
export async function inflate(
  parts: readonly Uint8Array[],
  expected: number,
  zlib: NodeZlib | undefined,
  sync = false,
): Promise<Uint8Array> {
  const compressed = parts.reduce((sum, part) => sum + part.length, 0);
  if (expected > compressed * MAX_EXPANSION) {
    throw new HpaError(
      'png-invalid',
      `too little image data: ${compressed} compressed bytes cannot hold the ${expected} bytes that the header asks for`,
    );
  }
  return zlib ? inflateZlib(zlib, parts, compressed, expected, sync) : inflateWeb(parts, expected);
}

const tooMuch = (expected: number) =>
  new HpaError(
    'png-invalid',
    `too much image data: the header asks for ${expected} bytes and the file holds more`,
  );

const tooLittle = (expected: number, found: number) =>
  new HpaError(
    'png-invalid',
    `too little image data: ${found} bytes of the ${expected} that the header asks for`,
  );

const damaged = (cause: unknown) =>
  new HpaError('png-invalid', 'the compressed image data is damaged or ends early', { cause });

async function inflateZlib(
  zlib: NodeZlib,
  parts: readonly Uint8Array[],
  compressed: number,
  expected: number,
  sync: boolean,
): Promise<Uint8Array> {
  const input = parts.length === 1 ? parts[0]! : concat(parts, compressed);
  // One byte of room to spare: zlib allocates a second chunk when the first is filled to the brim.
  const options = { chunkSize: Math.max(64, expected + 1), maxOutputLength: expected, info: true } as const;
  const refuse = (error: unknown) =>
    (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? tooMuch(expected) : damaged(error);
  const { buffer, engine } = await new Promise<ReturnType<NodeZlib['inflateSync']>>((resolve, reject) => {
    if (sync) resolve(zlib.inflateSync(input, options));
    else
      zlib.inflate(input, options, (error, result) => {
        if (error) reject(error);
        else resolve(result);
      });
  }).catch((error: unknown) => {
    throw refuse(error);
  });
  if (buffer.length < expected) throw tooLittle(expected, buffer.length);
  if (engine.bytesWritten < compressed) throw tooMuch(expected);
  // A plain view: loops over Node's Buffer and over Uint8Array would share slower machine code.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

async function inflateWeb(parts: readonly Uint8Array[], expected: number): Promise<Uint8Array> {
  if (typeof DecompressionStream === 'undefined') {
    throw new HpaError(
      'engine-unavailable',
      'decoding a PNG needs node:zlib (Node 20.16) or DecompressionStream',
    );
  }
  const stream = new DecompressionStream('deflate');
  const writing = write(stream.writable, parts);
  const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const out = new Uint8Array(expected);
  let found = 0;
  for (;;) {
    const chunk = await reader.read().catch((error: unknown) => {
      throw damaged(error);
    });
    if (chunk.done) break;
    if (found + chunk.value.length > expected) {
      reader.cancel().catch(() => undefined);
      throw tooMuch(expected);
    }
    out.set(chunk.value, found);
    found += chunk.value.length;
  }
  await writing;
  if (found < expected) throw tooLittle(expected, found);
  // Some engines ignore what follows the end of the stream; its last four bytes must be the checksum.
  if (lastFourBytes(parts) !== adler32(out)) throw tooMuch(expected);
  return out;
}

/** Writes without waiting for the reader; what fails is reported on the readable side. */
async function write(writable: WritableStream, parts: readonly Uint8Array[]): Promise<void> {
  const writer = writable.getWriter();
  try {
    for (const part of parts) await writer.write(part);
    await writer.close();
  } catch {
    // The reader sees the same error.
  }
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lastFourBytes(parts: readonly Uint8Array[]): number {
  const tail: number[] = [];
  for (let p = parts.length - 1; p >= 0 && tail.length < 4; p--) {
    tail.unshift(...parts[p]!.slice(-(4 - tail.length)));
  }
  return tail.reduce((value, byte) => value * 256 + byte, 0);
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length;) {
    // 3800 bytes keep b below 2^31, so that the sums stay small integers.
    for (const end = Math.min(i + 3800, bytes.length); i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}
