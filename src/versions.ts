/** What a result was made with. */
import * as tf from '@tensorflow/tfjs-core';
import { version_layers } from '@tensorflow/tfjs-layers';
import { version } from '../package.json';

/** Versions of what computes. */
export interface Versions {
  /** That of this package. */
  'hpa-kit': string;
  /** That of TensorFlow.js. */
  'tfjs-core': string;
  /** That of its layers. */
  'tfjs-layers': string;
  /** The backend that tfjs computes with, such as `wasm`; `none` before one is chosen. */
  engine: string;
  /** Node's version, or the browser's own words. */
  platform: string;
}

/**
 * The versions that a result depends on, to be kept beside it.
 *
 * @example
 * versions(); // { 'hpa-kit': '0.1.0', 'tfjs-core': '4.22.0', …, engine: 'wasm', platform: 'Node.js 20.20.2, linux x64' }
 */
export function versions(): Versions {
  return {
    'hpa-kit': version,
    'tfjs-core': tf.version_core,
    'tfjs-layers': version_layers,
    // Its typing leaves out that there may be none.
    engine: tf.getBackend() || 'none',
    platform: platform(),
  };
}

function platform(): string {
  const { process, navigator } = globalThis as {
    process?: { versions?: { node?: string }; platform?: string; arch?: string };
    navigator?: { userAgent?: string };
  };
  if (process?.versions?.node)
    return `Node.js ${process.versions.node}, ${process.platform ?? ''} ${process.arch ?? ''}`;
  return navigator?.userAgent ?? 'unknown';
}
