/** The transfer network V: 58,742,664 weights at 299×299×3. */
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { backboneModel, type BackboneOptions } from '../backbone-model';
import type { Backbone } from '../backbones/backbone';
import { inceptionResNetV2 } from '../backbones/inception-resnet-v2';
import { inceptionV3 } from '../backbones/inception-v3';
import { IMAGE_BATCH_NORM } from '../heads';
import { oneOf, type BuildDefaults } from '../options';

export interface ByrachonokTransferOptions extends BackboneOptions {
  /**
   * The network between the image's BatchNorm and the head; V had InceptionResNetV2, model 18 InceptionV3.
   * @default 'inceptionResNetV2'
   */
  backbone?: keyof typeof BACKBONES;
}

const BACKBONES = { inceptionResNetV2, inceptionV3 } satisfies Record<string, Backbone>;

/**
 * BatchNorm, which normalises and no more → the backbone → Conv 1×1 128 ReLU → Flatten → Dropout .5 → Dense 512 ReLU → Dropout .5 →
 * Dense (classes) sigmoid; another `head` replaces what follows the backbone.
 */
export function build(options: ByrachonokTransferOptions, defaults: BuildDefaults): LayersModel {
  const { backbone = 'inceptionResNetV2' } = options;
  oneOf('backbone', backbone, Object.keys(BACKBONES));
  const withBatchNorm: Backbone = (graph, image) =>
    BACKBONES[backbone](graph, graph.batchNorm(image, { name: IMAGE_BATCH_NORM }));
  const model = backboneModel(withBatchNorm, 'byrachonok', ['backbone'])(options, defaults);
  keepScaleAndShift(model.getLayer(IMAGE_BATCH_NORM));
  return model;
}

/** Gamma and beta stay 1 and 0, also once the layer is unfrozen: V's count of trainable weights is without them. */
function keepScaleAndShift(batchNorm: layers.Layer): void {
  const all = batchNorm.weights;
  Object.defineProperties(batchNorm, {
    trainableWeights: { get: () => [] },
    nonTrainableWeights: { get: () => all },
  });
}
