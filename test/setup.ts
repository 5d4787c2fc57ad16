import * as tf from '@tensorflow/tfjs-core';

// Silences tfjs's advice on the cpu backend. IS_TEST would do so too, but its leak check takes what a
// custom gradient saves for a leak where Identity copies, as on wasm.
tf.env().set('PROD', true);
