/** SHA-256 of bytes, by the platform. */
import { HpaError } from '../../errors';

/**
 * SHA-256 as 64 hexadecimal digits.
 *
 * @throws HpaError `engine-unavailable` on pages that are neither served by HTTPS nor from this machine
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await subtleCrypto().digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What makes digests. @throws as `sha256` */
export function subtleCrypto(): SubtleCrypto {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> };
  if (!crypto?.subtle)
    throw new HpaError(
      'engine-unavailable',
      'Digests need crypto.subtle, which browsers keep for pages served by HTTPS or from localhost',
    );
  return crypto.subtle;
}
