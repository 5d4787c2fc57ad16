/** What all decoders begin and end with. */
import { withContext, type HpaErrorContext } from '../errors';
import { asBytes } from './as-bytes';

/** The result of a decoder whose errors come to name the file, the sample and the channel of the options. */
export async function decodeBytes<Options extends HpaErrorContext, Result>(
  bytes: Uint8Array | ArrayBuffer,
  options: Options,
  decode: (content: Uint8Array, options: Options) => Promise<Result>,
): Promise<Result> {
  const { file, sample, channel } = options;
  const content = asBytes(bytes);
  try {
    return await decode(content, options);
  } catch (error) {
    throw withContext(error, { file, sample, channel });
  }
}
