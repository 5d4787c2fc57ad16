/** VGG16. */
import type { BackboneEntries } from './entry';

export const vgg = {} as const satisfies BackboneEntries;
