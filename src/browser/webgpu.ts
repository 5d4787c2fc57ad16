/** WebGPU as a page or a worker has it. */
import type { EngineCandidate } from '../engine/choose-engine';
import type { Gpu } from '../engine/webgpu/backend';
import { webgpuCandidate } from '../engine/webgpu/candidate';

/** WebGPU, whose backend the page imports, or gives a function for, so that its bundler sees it. */
export function browserWebgpu(insisted: boolean, importBackend?: () => Promise<unknown>): EngineCandidate {
  return webgpuCandidate({
    automatic: true,
    insisted,
    gpu: () => {
      const gpu = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
      if (!gpu) throw new Error('this browser has no WebGPU, or the page is not served over HTTPS');
      return gpu;
    },
    importBackend,
    remedy:
      "Install @tensorflow/tfjs-backend-webgpu and say how to import it: useEngine({ webgpu: () => import('@tensorflow/tfjs-backend-webgpu') })",
  });
}
