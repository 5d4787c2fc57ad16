/** DenseNet121 and 169. */
import type { BackboneEntries } from './entry';

export const densenet = {} as const satisfies BackboneEntries;
