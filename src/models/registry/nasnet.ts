/** NASNetMobile. */
import type { BackboneEntries } from './entry';

export const nasNet = {} as const satisfies BackboneEntries;
