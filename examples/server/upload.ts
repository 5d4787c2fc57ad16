/** A multipart upload → a sample for the predictor, within limits that are checked while the bytes arrive. */
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { SampleInput } from 'hpa-kit';
import { RequestError } from './errors.ts';

export interface UploadLimits {
  maxFileBytes: number;
  maxBodyBytes: number;
}

/** The field of a file that has all channels. */
const STACK = 'image';

/**
 * A file for each channel, or one with all.
 *
 * @throws RequestError, errors of the multipart plugin that have a status, and the signal's reason
 */
export async function readUpload(
  request: FastifyRequest,
  channels: readonly string[],
  limits: UploadLimits,
  signal: AbortSignal,
): Promise<SampleInput> {
  const reading = readParts(request, channels, limits);
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener(
        'abort',
        () => {
          reject(signal.reason as Error);
        },
        { once: true },
      );
      reading.then(resolve, reject);
    });
  } catch (error) {
    // A client that is still sending would not see the answer: what is left is read and dropped.
    request.raw.unpipe();
    request.raw.resume();
    throw error;
  }
}

async function readParts(
  request: FastifyRequest,
  channels: readonly string[],
  { maxFileBytes, maxBodyBytes }: UploadLimits,
): Promise<SampleInput> {
  const files = new Map<string, File>();
  let bytesLeft = maxBodyBytes;
  const parts = request.parts({
    limits: { files: channels.length, fields: 1, parts: channels.length + 1, fileSize: maxFileBytes },
  });
  try {
    for await (const part of parts) {
      const field = part.fieldname;
      if (field !== STACK && !channels.includes(field))
        throw new RequestError(
          400,
          'field-unknown',
          `The fields must be files: ${channels.join(', ')}, or ${STACK} alone. Received ${JSON.stringify(field)}`,
        );
      if (part.type === 'field')
        throw new RequestError(400, 'file-missing', `${field} is a text. Send it as a file, with a filename`);
      const { filename } = part;
      if (files.has(field))
        throw new RequestError(400, 'field-repeated', `There are two files for ${field}`, filename, field);
      const chunks = await readFile(part, { maxFileBytes, maxBodyBytes, bytesLeft });
      const file = new File(chunks, filename);
      bytesLeft -= file.size;
      files.set(field, file);
    }
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode) throw error;
    throw new RequestError(
      400,
      'multipart-invalid',
      `The multipart body can't be read: ${(error as Error).message}`,
    );
  }
  const stack = files.get(STACK);
  if (stack && files.size > 1)
    throw new RequestError(
      400,
      'field-unknown',
      `${STACK} must be alone. Received ${[...files.keys()].join(', ')}`,
    );
  return stack ?? Object.fromEntries(files);
}

async function readFile(
  part: MultipartFile,
  { maxFileBytes, maxBodyBytes, bytesLeft }: UploadLimits & { bytesLeft: number },
): Promise<Uint8Array<ArrayBuffer>[]> {
  const { file, filename, fieldname } = part;
  const refuse = (what: string, most: number) =>
    new RequestError(413, 'file-too-large', `${what} more than ${most} bytes`, filename, fieldname);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of file as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    bytesLeft -= chunk.length;
    if (bytesLeft < 0) throw refuse('The files together have', maxBodyBytes);
    chunks.push(chunk);
  }
  if (file.truncated) throw refuse(`${filename} for ${fieldname} has`, maxFileBytes);
  return chunks;
}
