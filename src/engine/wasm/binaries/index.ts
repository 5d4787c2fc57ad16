/** The C kernels' four builds, made by `npm run kernels`. */

/** Loads the build for a host. */
export async function loadBinary(host: {
  shared: boolean;
  relaxedSimd: boolean;
}): Promise<Uint8Array<ArrayBuffer>> {
  const { base64 } = await (host.shared
    ? host.relaxedSimd
      ? import('./shared-relaxed')
      : import('./shared-simd')
    : host.relaxedSimd
      ? import('./relaxed')
      : import('./simd'));
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
