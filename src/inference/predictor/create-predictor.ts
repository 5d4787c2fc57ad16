/** A predictor of models that are in memory. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { layersModelScorer } from '../layers-model-scorer';
import type { Scorer } from '../scorer';
import { Predictor, type PredictorOptions } from './predictor';

export interface PredictorParts extends PredictorOptions {
  /** A tfjs model, a scorer such as `onnxScorer` gives, or several for an ensemble. */
  model: LayersModel | Scorer | readonly (LayersModel | Scorer)[];
}

/**
 * Puts a trained model together with its preprocessing, classes, calibration and thresholds. Models stay the caller's
 * until `dispose`.
 *
 * @throws HpaError `model-invalid` for a model without one input of images and one output of scores; TypeError or
 *   RangeError for parts that don't fit it
 * @example
 * const predictor = createPredictor({
 *   model,
 *   preprocessing: { normalization: all.normalization },
 *   calibration: fitCalibration(labels, scores, { numClasses: 28, method: 'platt', from: 'probabilities' }),
 *   thresholds,
 *   testTime: { views: 'dihedral' },
 * });
 * const { labels } = await predictor.predict(image);
 */
export function createPredictor({ model, ...options }: PredictorParts): Predictor {
  const models = Array.isArray(model)
    ? (model as readonly (LayersModel | Scorer)[])
    : [model as LayersModel | Scorer];
  return new Predictor(
    models.map((each) => ('score' in each ? each : layersModelScorer(each))),
    options,
  );
}
