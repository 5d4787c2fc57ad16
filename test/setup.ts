import * as tf from '@tensorflow/tfjs-core';

// tfjs prints advice to install tfjs-node on every start; tests want their own output only.
tf.env().set('IS_TEST', true);
