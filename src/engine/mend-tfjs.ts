/** What tfjs does wrong or slowly on every engine. */
import { mendAveragePoolGradient } from './average-pool-gradient';
import { wrapBatchNormalization } from './batch-norm-layer';
import { wrapLayerNormalization } from './layer-norm-layer';

/**
 * Mends batch and layer normalization and the gradient of average pooling, for all models of the process. Called by
 * whatever may be the first to need it: an engine that is chosen, and a model that is built, loaded, frozen or trained,
 * also without `useEngine`. A second call changes nothing.
 */
export function mendTfjs(): void {
  wrapBatchNormalization();
  wrapLayerNormalization();
  mendAveragePoolGradient();
}
