/** WebGPU as an engine, on what a platform gives: the GPU and tfjs's backend for it. */
import * as tf from '@tensorflow/tfjs-core';
import type { EngineCandidate, EngineDetails } from '../choose-engine';
import type { Gpu, GpuAdapter, WebgpuBackend, WebgpuPackage } from './backend';
import { watchDevice } from './device';

// Not a literal, so that bundlers leave the optional package alone.
const TFJS_WEBGPU = ['@tensorflow', 'tfjs-backend-webgpu'].join('/');

/** How to get WebGPU on a platform. */
export interface WebgpuOptions {
  /** Taken without being asked for, if there is a GPU. */
  automatic: boolean;
  /** Asked for by name: then an adapter without a GPU behind it will do. */
  insisted: boolean;
  /** Throws an `Error` that says why there is none. */
  gpu: () => Promise<Gpu> | Gpu;
  /** Makes tfjs's module of the backend, if it is not imported yet. */
  importBackend?: (() => Promise<unknown>) | undefined;
  remedy: string;
}

/** WebGPU. An adapter that computes on the CPU, slower than WebAssembly, is taken only on insistence. */
export function webgpuCandidate(options: WebgpuOptions): EngineCandidate {
  const { automatic, insisted, gpu, importBackend, remedy } = options;
  let adapter: GpuAdapter | undefined;
  return {
    name: 'webgpu',
    backend: 'webgpu',
    automatic,
    remedy,
    load: async () => {
      const given = await gpu();
      adapter = (await given.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
      if (!adapter) throw new Error('WebGPU finds no adapter here');
      if (!insisted && isSoftware(adapter)) {
        throw new Error(`WebGPU finds no GPU here, only ${nameOf(adapter)}, which computes on the CPU`);
      }
      await provideFactory(given, importBackend);
      const { registerWebgpuKernels } = await import('./register');
      registerWebgpuKernels();
    },
    details: (): EngineDetails => ({ adapter: adapter ? nameOf(adapter) : '' }),
  };
}

/** Sees to it that tfjs can make the backend, and that the backend will be watched. */
async function provideFactory(gpu: Gpu, importBackend: WebgpuOptions['importBackend']): Promise<void> {
  const running = tf.engine().registry['webgpu'] as WebgpuBackend | undefined;
  if (running) {
    watchDevice(running);
    return;
  }
  if (!tf.engine().registryFactory['webgpu']) {
    const module = await importModule(importBackend);
    // tfjs registers it on import, if it finds navigator.gpu by then.
    if (!tf.engine().registryFactory['webgpu'])
      tf.registerBackend('webgpu', () => makeBackend(gpu, module), 3);
  }
  const entry = tf.engine().registryFactory['webgpu']!;
  const { factory } = entry;
  entry.factory = async () => {
    const backend = (await factory()) as WebgpuBackend;
    watchDevice(backend);
    return backend;
  };
}

async function importModule(importBackend: WebgpuOptions['importBackend']): Promise<WebgpuPackage> {
  try {
    // A page without a bundler finds it by its import map.
    const module: unknown = importBackend
      ? await importBackend()
      : await import(/* webpackIgnore: true */ /* @vite-ignore */ TFJS_WEBGPU);
    return module as WebgpuPackage;
  } catch (cause) {
    if (importBackend) throw cause;
    throw new Error(`${TFJS_WEBGPU} is not imported`, { cause });
  }
}

/** What tfjs does where it finds navigator.gpu, with the same device. */
async function makeBackend(gpu: Gpu, { WebGPUBackend }: WebgpuPackage): Promise<WebgpuBackend> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('the adapter is gone');
  const device = await adapter.requestDevice({
    requiredFeatures: ['timestamp-query'].filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]!])),
  });
  // The constructor asks for navigator.gpu, which Node has not; later nothing does.
  const restore = setNavigatorGpu(gpu);
  try {
    return new WebGPUBackend(device, adapter.info);
  } finally {
    restore();
  }
}

const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

/** Lends `navigator.gpu`: a lasting one would tell libraries that this is a browser. */
function setNavigatorGpu(gpu: Gpu): () => void {
  const hadNavigator = typeof navigator !== 'undefined';
  if (!hadNavigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  const own = Object.getOwnPropertyDescriptor(navigator, 'gpu');
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  return () => {
    if (!hadNavigator) Reflect.deleteProperty(globalThis, 'navigator');
    else if (own) Object.defineProperty(navigator, 'gpu', own);
    else Reflect.deleteProperty(navigator, 'gpu');
  };
}

/** Whether the adapter computes on the CPU. */
function isSoftware(adapter: GpuAdapter): boolean {
  if (adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter) return true;
  return /swiftshader|llvmpipe|lavapipe|basic render/i.test(nameOf(adapter));
}

function nameOf({ info }: GpuAdapter): string {
  if (!info) return 'an adapter without a name';
  const { vendor, architecture, device, description } = info;
  return (
    description || [vendor, architecture, device].filter(Boolean).join(' ') || 'an adapter without a name'
  );
}
