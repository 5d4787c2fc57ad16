/** Which plane of a colour file carries a stain, where each stain is saved as a picture in its own colour. */

/** A rule by name, or the plane of each channel, counted from 0. */
export type PlaneRule = keyof typeof PLANE_RULES | Readonly<Record<string, number>>;

/**
 * The rules that are known by name. The Human Protein Atlas's version 18 serves one RGB JPEG a stain, drawn
 * in the stain's colour: red (microtubules) in R, green (the protein) in G, blue (nucleus) in B. Yellow
 * (endoplasmic reticulum) is R and G alike; R is read.
 */
export const PLANE_RULES = Object.freeze({
  'hpa-v18': Object.freeze({ red: 0, green: 1, blue: 2, yellow: 0 }),
});

/**
 * The plane of its file that carries `channel`.
 *
 * @throws RangeError for a rule or a channel that isn't known, naming those that are, and for planes that
 * aren't integers from 0
 *
 * @example
 * resolvePlane('hpa-v18', 'yellow'); // 0
 * resolvePlane({ dapi: 2 }, 'dapi'); // 2
 */
export function resolvePlane(planes: PlaneRule, channel: string): number {
  const rule = typeof planes === 'string' ? named(planes) : planes;
  const plane = Object.hasOwn(rule, channel) ? rule[channel] : undefined;
  if (plane === undefined) {
    const rules = typeof planes === 'string' ? `of the rule '${planes}'` : 'that planes names';
    throw new RangeError(
      `channel must be one ${rules}: ${Object.keys(rule).join(', ')}. Received ${JSON.stringify(channel)}.`,
    );
  }
  if (!Number.isInteger(plane) || plane < 0)
    throw new RangeError(`planes.${channel} must be an integer from 0. Received ${plane}.`);
  return plane;
}

function named(name: string): Readonly<Record<string, number>> {
  if (Object.hasOwn(PLANE_RULES, name)) return PLANE_RULES[name as keyof typeof PLANE_RULES];
  throw new RangeError(
    `planes must be one of ${Object.keys(PLANE_RULES).join(', ')}, or the plane of each channel. ` +
      `Received ${JSON.stringify(name)}.`,
  );
}
