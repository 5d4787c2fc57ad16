/** Exported models before ONNX's own checker, and Python's onnxruntime. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exportOnnx } from '../../src/onnx/export-onnx';
import { randomBatch, tfjsScores } from './sessions';

/** A Python with onnx and onnxruntime, where there is one. */
export const PYTHON = process.env.HPA_KIT_PYTHON;

/** How far Python's onnxruntime is from tfjs. @throws Error with the checker's words for a file that isn't valid */
export async function checkInPython(model: LayersModel): Promise<number> {
  const parent = await mkdtemp(join(tmpdir(), 'hpa-kit-onnx-'));
  try {
    const folder = join(parent, model.name);
    await mkdir(folder);
    const batch = randomBatch(model, 2);
    const outputs = model.outputs[0]!.shape.at(-1)!;
    const classes = Array.from({ length: outputs }, (_, i) => `class ${i}`);
    const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
    await write('model.onnx', await exportOnnx(model, { classes }));
    await write('images.bin', bytesOf(batch.data));
    await write('scores.bin', bytesOf(await tfjsScores(model, batch)));
    await write('check.json', JSON.stringify({ shape: batch.shape, classes }));
    const script = fileURLToPath(new URL('../golden/onnx_check.py', import.meta.url));
    const { stdout } = await promisify(execFile)(PYTHON!, [script, folder]);
    return (JSON.parse(stdout) as { error: number }).error;
  } finally {
    await rm(parent, { recursive: true });
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
