/** The weights manifest of a tfjs model.json: names, shapes and types of weights, and the files that hold them. */
import type { io } from '@tensorflow/tfjs-core';
import { HpaError } from '../../errors';
import { brief, briefJson } from './brief';
import { isShape } from './shape';

export type Spec = io.WeightsManifestEntry & { quantization?: { dtype: string } };

export interface Group {
  paths: string[];
  specs: Spec[];
}

/** Bytes of one element, quantised or not. */
const BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  float16: 2,
  uint16: 2,
  uint8: 1,
};

/** The paths of the shards that belong to a model.json, in order. @throws HpaError as `readTfjsWeights` */
export function tfjsShardPaths(modelJson: Uint8Array | string | object, file = 'model.json'): string[] {
  return readManifest(modelJson, file).flatMap(({ paths }) => paths);
}

/** Whether a shard's path is the name of a file and no more: one that leads out of the model's folder isn't. */
export function isFileName(path: string): boolean {
  return !/[/\\]/.test(path) && path !== '' && path !== '.' && path !== '..';
}

/** The same for a file of this machine: Windows knows more ways out of a folder than slashes. */
export function isLocalFileName(path: string): boolean {
  return isFileName(path) && !path.includes(':');
}

/** What is wrong with the size of a group's files, if anything is. */
export function sizeFault(
  paths: readonly string[],
  shards: readonly Uint8Array[],
  specs: readonly Spec[],
): string | undefined {
  const size = shards.reduce((sum, { length }) => sum + length, 0);
  const declared = specs.reduce((sum, spec) => sum + bytesOf(spec), 0);
  return size === declared
    ? undefined
    : `${brief(paths.join(', '))} have ${size} bytes, not the ${declared} of its weights`;
}

/** The groups of weights, each the content of its files. */
export function readManifest(modelJson: Uint8Array | string | object, file: string): Group[] {
  const json = parse(modelJson, file) as { format?: unknown; weightsManifest?: unknown };
  if (json.format === 'graph-model')
    throw new HpaError(
      'weights-unsupported',
      'It is a graph model, which has no layers. Convert the Keras model to a layers model instead',
      { file },
    );
  if (!Array.isArray(json.weightsManifest)) throw damaged('It has no weightsManifest', file);
  const groups = json.weightsManifest.map((group: unknown) => {
    const { paths, weights } = (group ?? {}) as { paths?: unknown; weights?: unknown };
    if (!Array.isArray(paths) || !paths.every((path): path is string => typeof path === 'string'))
      throw damaged('A group of weights has no paths', file);
    if (!Array.isArray(weights)) throw damaged('A group has no weights', file);
    return { paths, specs: weights.map((spec: unknown) => checkSpec(spec, file)) };
  });
  const paths = groups.flatMap((group) => group.paths);
  if (new Set(paths).size < paths.length) throw damaged('Two groups have the same file', file);
  return groups;
}

function parse(modelJson: Uint8Array | string | object, file: string): object {
  let json: unknown = modelJson;
  try {
    if (json instanceof Uint8Array) json = new TextDecoder().decode(json);
    if (typeof json === 'string') json = JSON.parse(json);
  } catch (cause) {
    throw damaged('It is no JSON', file, cause);
  }
  if (typeof json !== 'object' || json === null) throw damaged('It is no object', file);
  return json;
}

function checkSpec(value: unknown, file: string): Spec {
  const { name, shape, dtype, quantization } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string') throw damaged('A weight has no name', file);
  if (!isShape(shape)) throw damaged(`${brief(name)} has the shape ${briefJson(shape)}`, file);
  const spec = {
    name,
    shape,
    dtype,
    ...(quantization === undefined ? {} : { quantization }),
  } as Spec;
  if (typeof dtype !== 'string' || !Number.isSafeInteger(bytesOf(spec)))
    throw damaged(`${brief(name)} is of the type ${briefJson(dtype)}`, file);
  const { min, scale, dtype: stored } = (quantization ?? {}) as Record<string, unknown>;
  const isScaled = stored === 'uint8' || stored === 'uint16';
  if (isScaled && !(Number.isFinite(min) && Number.isFinite(scale)))
    throw damaged(`${brief(name)} is quantised without min and scale`, file);
  return spec;
}

/** How many bytes the weight takes in the files. */
export function bytesOf({ shape, dtype, quantization }: Spec): number {
  const stored = quantization ? quantization.dtype : dtype;
  const each = Object.hasOwn(BYTES, stored) ? BYTES[stored]! : NaN;
  return shape.reduce((product, side) => product * side, each);
}

export function damaged(reason: string, file: string, cause?: unknown): HpaError {
  return new HpaError('weights-invalid', `The tfjs model is damaged. ${reason}`, { file, cause });
}
