/** The models by name: what each is and expects, as data, and how to load the code that builds it. */
import type { BackboneOptions } from '../backbone-model';
import { convNeXt } from './convnext';
import { densenet } from './densenet';
import { efficientNet } from './efficientnet';
import type { RegistryEntry } from './entry';
import { inception } from './inception';
import { mobileNet } from './mobilenet';
import { nasNet } from './nasnet';
import { resnet } from './resnet';
import { systems, type SystemOptionsByName } from './systems';
import { vgg } from './vgg';

const backbones = {
  ...vgg,
  ...resnet,
  ...inception,
  ...densenet,
  ...mobileNet,
  ...efficientNet,
  ...convNeXt,
  ...nasNet,
};

/** The networks of ImageNet, with the layer names of `keras.applications`. */
export type BackboneName = keyof typeof backbones;

/** The options of each model. */
export type ModelOptionsByName = SystemOptionsByName & Record<BackboneName, BackboneOptions>;

/** Names that `buildModel` knows. */
export type ModelName = keyof ModelOptionsByName;

type Registry = { [N in ModelName]: RegistryEntry<N, ModelOptionsByName[N]> };

export const registry: Registry = { ...systems, ...backbones };
