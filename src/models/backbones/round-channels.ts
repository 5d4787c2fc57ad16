/** Numbers of channels in the networks that scale them. */

/** The nearest multiple of eight, or the next if that is less than nine tenths. */
export function roundToEights(channels: number): number {
  const nearest = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return nearest < 0.9 * channels ? nearest + 8 : nearest;
}
