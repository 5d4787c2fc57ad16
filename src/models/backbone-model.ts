/** A backbone with a head as a model. */
import { input, model, type LayersModel } from '@tensorflow/tfjs-layers';
import type { Backbone } from './backbones/backbone';
import { CONVENTIONS, Graph, type Convention } from './graph';
import { addHead, HEADS, POOLINGS, type Head, type Pooling } from './heads';
import { checkMinimumSize, checkOptions, oneOf, type BuildDefaults, type ModelOptions } from './options';

/** Options of models with a backbone. */
export interface BackboneOptions extends ModelOptions {
  /**
   * What follows the backbone.
   * @default 'linear'; in the published systems their own
   */
  head?: Head;
  /**
   * How the map of features becomes a vector.
   * @default what the head says
   */
  pooling?: Pooling;
  /**
   * Whose weights the backbone is for: frameworks pad strided convolutions differently, and some networks differ
   * in more.
   * @default 'torch' if `weights` are PyTorch's, else 'keras'
   */
  convention?: Convention;
}

const BACKBONE_OPTIONS = ['head', 'pooling', 'convention'];

/** Makes the registry's `build` of a backbone, whose head is `usualHead` unless the options say otherwise. */
export function backboneModel(
  backbone: Backbone,
  usualHead: Head = 'linear',
  ownOptions: readonly string[] = [],
) {
  return (options: BackboneOptions, defaults: BuildDefaults): LayersModel => {
    const checked = checkOptions(options, defaults, [...BACKBONE_OPTIONS, ...ownOptions]);
    checkMinimumSize(defaults, checked.inputShape);
    const { head = usualHead, pooling, convention } = options;
    oneOf('head', head, HEADS);
    if (pooling !== undefined) oneOf('pooling', pooling, POOLINGS);
    if (convention !== undefined) oneOf('convention', convention, CONVENTIONS);
    const graph = new Graph({ ...checked, convention });
    const image = input({ shape: checked.inputShape, name: 'image' });
    const features = backbone(graph, image);
    const outputs = addHead(graph, features, head, { numClasses: checked.numClasses, pooling });
    return model({ inputs: image, outputs, name: checked.name });
  };
}
