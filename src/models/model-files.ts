/** Models to and from files in tfjs's own format, wherever the files are: `model.json` and the weights' bytes. */
import { io } from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { mendTfjs } from '../engine/mend-tfjs';
import { HpaError } from '../errors';
import { isLocalFileName, readManifest, sizeFault, type Spec } from './weights/tfjs-manifest';

export interface PackModelOptions {
  /** Stands before the ending of both names, such as `-2`. @default none */
  suffix?: string;
}

/**
 * The model's topology and weights as files by name, the weights first: a folder with a `model.json` is complete.
 * tfjs, tfjs-node and `tensorflowjs_converter` read them too.
 */
export async function packModel(
  model: LayersModel,
  { suffix = '' }: PackModelOptions = {},
): Promise<Map<string, Uint8Array>> {
  const weightsFile = `weights${suffix}.bin`;
  const files = new Map<string, Uint8Array>();
  await model.save(
    io.withSaveHandler((artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      const manifest = { ...rest, weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }] };
      files.set(weightsFile, new Uint8Array(io.CompositeArrayBuffer.join(weightData)));
      files.set(`model${suffix}.json`, new TextEncoder().encode(JSON.stringify(manifest)));
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  return files;
}

/**
 * The model of a `model.json`. Layers that were frozen are frozen again.
 *
 * @param read - the bytes of a file that `model.json` names, which is a plain file name
 * @param file - what to call `model.json` in messages
 * @throws HpaError `model-invalid` when the files don't fit together, and what `read` throws
 */
export async function unpackModel(
  json: Uint8Array,
  read: (name: string) => Promise<Uint8Array>,
  file: string,
): Promise<LayersModel> {
  mendTfjs();
  try {
    const { weightsManifest: _, ...rest } = JSON.parse(new TextDecoder().decode(json)) as io.ModelJSON;
    const groups = readManifest(json, file);
    const weightSpecs = groups.flatMap(({ specs }) => specs);
    const weightData = await readShards(
      groups.flatMap(({ paths }) => paths),
      weightSpecs,
      read,
    );
    return await loadLayersModel(io.fromMemory({ ...rest, weightSpecs, weightData }));
  } catch (cause) {
    if (cause instanceof HpaError && cause.code !== 'weights-invalid') throw cause;
    throw new HpaError('model-invalid', `The model can't be read: ${(cause as Error).message}`, {
      file,
      cause,
    });
  }
}

/** The weights' bytes, in a buffer of their own, once their number was checked. */
async function readShards(
  paths: readonly string[],
  specs: readonly Spec[],
  read: (name: string) => Promise<Uint8Array>,
): Promise<ArrayBuffer> {
  const shards: Uint8Array[] = [];
  for (const path of paths) {
    if (!isLocalFileName(path))
      throw new Error(`it speaks of ${JSON.stringify(path)}, which is not in its folder`);
    shards.push(await read(path));
  }
  const fault = sizeFault(paths, shards, specs);
  if (fault) throw new Error(fault);
  return io.CompositeArrayBuffer.join(shards.map((shard) => shard.slice().buffer));
}
