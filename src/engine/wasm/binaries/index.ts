/** The C kernels' four builds, made by `npm run kernels`. */
import { fromHex } from '../../../from-hex';

/** Loads the build for a host. */
export async function loadBinary(host: {
  shared: boolean;
  relaxedSimd: boolean;
}): Promise<Uint8Array<ArrayBuffer>> {
  const { hex } = await (host.shared
    ? host.relaxedSimd
      ? import('./shared-relaxed')
      : import('./shared-simd')
    : host.relaxedSimd
      ? import('./relaxed')
      : import('./simd'));
  return fromHex(hex);
}
