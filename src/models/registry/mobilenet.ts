/** MobileNet, V2 and V3. */
import type { BackboneEntries } from './entry';

export const mobileNet = {} as const satisfies BackboneEntries;
