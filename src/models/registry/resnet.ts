/** ResNet18, 34, 50 and 101, and their second versions. */
import type { BackboneEntries } from './entry';

export const resnet = {} as const satisfies BackboneEntries;
