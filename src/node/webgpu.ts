/** WebGPU in Node: the package `webgpu` brings Dawn, Chromium's implementation of it. */
import type { EngineCandidate, EngineName } from '../engine/choose-engine';
import type { Gpu } from '../engine/webgpu/backend';
import { webgpuCandidate } from '../engine/webgpu/candidate';
import { importOptional, isInstalled } from './optional-package';

// Not literals, so that bundlers leave the optional packages alone.
const DAWN = ['web', 'gpu'].join('');
const TFJS_WEBGPU = ['@tensorflow', 'tfjs-backend-webgpu'].join('/');

/** The package `webgpu`. */
interface Dawn {
  readonly create: (options: string[]) => Gpu;
  readonly globals: Record<string, unknown>;
}

/**
 * WebGPU by the optional packages `webgpu` and `@tensorflow/tfjs-backend-webgpu`. Where nobody has installed the
 * first, it is not worth a word unless asked for.
 */
export async function nodeWebgpu(asked: EngineName | undefined): Promise<EngineCandidate> {
  return webgpuCandidate({
    automatic: asked === undefined && (await isInstalled(DAWN)),
    insisted: asked === 'webgpu',
    gpu: () => (dawn ??= startDawn().catch(forgetDawn)),
    importBackend: () => importOptional(TFJS_WEBGPU),
    remedy: `Run \`npm install ${DAWN} ${TFJS_WEBGPU}\`, which needs a driver for Vulkan, Metal or Direct3D 12, or use 'wasm'`,
  });
}

// Dawn computes as long as this object is held.
let dawn: Promise<Gpu> | undefined;

async function startDawn(): Promise<Gpu> {
  // Deno and others have their own.
  const { gpu } = (globalThis.navigator as { gpu?: Gpu } | undefined) ?? {};
  if (gpu) return gpu;
  const { create, globals } = (await importOptional(DAWN)) as Dawn;
  for (const [name, value] of Object.entries(globals))
    if (!(name in globalThis))
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return create([]);
}

function forgetDawn(error: unknown): never {
  dawn = undefined;
  throw error;
}
