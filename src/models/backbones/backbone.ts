/** What a backbone is: the layers from the image to a map of features. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph';

/** Adds the layers of an architecture, without its classifier, and returns the last map of features. */
export type Backbone = (graph: Graph, image: SymbolicTensor) => SymbolicTensor;
