/**
 * The parts of WebGPU and of tfjs's WebGPU backend that are used here. Their own typings come with optional
 * packages.
 */
import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** `navigator.gpu`. */
export interface Gpu {
  requestAdapter(options?: {
    powerPreference?: 'low-power' | 'high-performance';
  }): Promise<GpuAdapter | null>;
}

export interface GpuAdapter {
  readonly info?: GpuAdapterInfo;
  /** Where older browsers have it. */
  readonly isFallbackAdapter?: boolean;
  readonly features: { has(feature: string): boolean };
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: {
    requiredFeatures: string[];
    requiredLimits: Record<string, number>;
  }): Promise<GpuDevice>;
}

export interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

export interface GpuDevice {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  addEventListener(
    type: 'uncapturederror',
    listener: (event: { readonly error: { readonly message: string } }) => void,
  ): void;
}

/** tfjs's `WebGPUBackend`. */
export interface WebgpuBackend extends KernelBackend {
  readonly device: GpuDevice;
  /**
   * What the backend holds of each tensor. `values` is null once they are on the GPU only; `dtype` is how they are
   * stored, which after a cast to a wider type is still the old one.
   */
  readonly tensorMap: { get(dataId: object): { values: unknown; dtype: DataType } };
  shouldExecuteOnCPU(inputs: TensorInfo[]): boolean;
  disposeData(dataId: object): boolean;
  runWebGPUProgram(
    program: WebgpuProgram,
    inputs: TensorInfo[],
    outputDtype: DataType,
    uniforms?: { type: string; data: number[] }[],
  ): TensorInfo;
}

/** tfjs's `WebGPUProgram`: WGSL and how it is started. */
export interface WebgpuProgram {
  readonly shaderKey: string;
  readonly variableNames: string[];
  readonly variableComponents?: number[];
  readonly outputComponent?: number;
  readonly outputShape: number[];
  readonly uniforms?: string;
  readonly size: boolean;
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { x: number[] };
  dispatch: [number, number, number];
  getUserCode(): string;
}

/** `@tensorflow/tfjs-backend-webgpu`. */
export interface WebgpuPackage {
  readonly WebGPUBackend: new (device: GpuDevice, info?: GpuAdapterInfo) => WebgpuBackend;
}
