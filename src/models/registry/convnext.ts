/** ConvNeXt-Tiny. */
import type { BackboneEntries } from './entry';

export const convNeXt = {} as const satisfies BackboneEntries;
