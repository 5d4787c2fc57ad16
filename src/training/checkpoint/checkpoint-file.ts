/**
 * A checkpoint as bytes: a safetensors file of the arrays, with the rest as JSON in its header and a digest of it all.
 * Whoever has only `safetensors` of Python can still read the weights.
 */
import { sha256 } from '../../data/sources/sha256';
import { HpaError } from '../../errors';
import { toFloat32 } from '../../models/weights/floats';
import { parseSafetensors } from '../../models/weights/safetensors';
import { writeSafetensors, type NamedArray } from '../../models/weights/write-safetensors';

export interface CheckpointContent {
  /** Plain data; numbers that aren't finite come back as `null`. */
  state: unknown;
  arrays: NamedArray[];
}

/** Stands where the digest goes while the digest is computed. */
const NO_DIGEST = '0'.repeat(64);
/** Of the digest in a file: it is the first string in the header. */
const DIGEST_AT = 8 + '{"__metadata__":{"sha256":"'.length;

export async function encodeCheckpoint({ state, arrays }: CheckpointContent): Promise<Uint8Array> {
  const bytes = writeSafetensors(arrays, { sha256: NO_DIGEST, 'hpa-kit': JSON.stringify(state) });
  writeDigest(bytes, await sha256(bytes));
  return bytes;
}

/** @throws HpaError `checkpoint-invalid` for what is no checkpoint, cut off or changed, with the file */
export async function decodeCheckpoint(bytes: Uint8Array, file: string): Promise<CheckpointContent> {
  try {
    const { metadata, tensors } = parseSafetensors(bytes, file);
    const { sha256: digest, 'hpa-kit': state } = (metadata ?? {}) as Record<string, unknown>;
    if (
      typeof digest !== 'string' ||
      typeof state !== 'string' ||
      tensors.some(({ dtype }) => dtype !== 'F32')
    )
      throw new Error('it is a safetensors file, but no checkpoint');
    const copy = bytes.slice();
    writeDigest(copy, NO_DIGEST);
    if ((await sha256(copy)) !== digest) throw new Error('its digest is another: it was changed or cut off');
    return {
      state: JSON.parse(state),
      arrays: tensors.map(({ key, shape, bytes: values }) => {
        return { key, shape, values: toFloat32(values, 'float32') };
      }),
    };
  } catch (cause) {
    throw new HpaError('checkpoint-invalid', `The checkpoint can't be read: ${(cause as Error).message}`, {
      file,
      cause,
    });
  }
}

function writeDigest(file: Uint8Array, digest: string): void {
  file.set(new TextEncoder().encode(digest), DIGEST_AT);
}
