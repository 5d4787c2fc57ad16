/** EfficientNet B0 to B3 and V2-B0. */
import type { BackboneEntries } from './entry';

export const efficientNet = {} as const satisfies BackboneEntries;
