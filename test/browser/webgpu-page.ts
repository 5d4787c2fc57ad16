/** The page of the WebGPU test: what it calls, under one name. */
import * as browser from 'hpa-kit/browser';
import { CASES } from '../engine/webgpu-cases';
import { compareWithCpu } from '../engine/webgpu-compare';
import { lossAfterDivergence, train } from '../engine/webgpu-training';

// Not a literal, so that it stays a file of its own.
const BACKEND = '/backend.js';
const importBackend = (): Promise<unknown> => import(BACKEND);

const page = {
  importBackend,
  browser,
  train,
  lossAfterDivergence,
  compare: () => compareWithCpu(CASES),
};
export type WebgpuPage = typeof page;
Object.assign(globalThis, { page });
