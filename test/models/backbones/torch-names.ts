/** Names of torchvision's and timm's weights: each weight of ours is found in their files, and nothing of theirs is left. */
import { readFileSync } from 'node:fs';
import { buildModel, type Convention, type InputShape, type ModelName } from 'hpa-kit';
import { expect, test } from 'vitest';
import type { RegistryEntry } from '../../../src/models/registry/entry';
import { registry } from '../../../src/models/registry/index';
import { namedWeights } from '../formula';

export interface TorchGolden {
  architecture: ModelName;
  convention: Convention;
  inputShape: [number, number, number];
  batch: number;
  featureShape: number[];
  inference: number[][];
  keys: Record<string, number[]>;
}

export function readTorchGolden(network: string): TorchGolden {
  const file = new URL(`../../golden/torch_backbones/${network.replace('/', '_')}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as TorchGolden;
}

/** Sides of the shape in order, as kernels are transposed in loading. */
const sides = (shape: readonly number[]) => shape.filter((side) => side !== 1).sort((a, b) => a - b);

/**
 * Registers the test of these networks, `library/model`.
 *
 * @param classifier - matches the keys of the network's own classifier, which the backbone has no place for
 */
export function testTorchNames(networks: readonly string[], classifier: RegExp): void {
  test.each(networks)("%s's names are known", async (network) => {
    const { architecture, convention, inputShape, keys } = readTorchGolden(network);
    const entry: RegistryEntry = registry[architecture];
    const torchNames = await entry.torchNames!();
    const options = { inputShape: inputShape as InputShape, head: 'none', convention };
    const model = await buildModel(architecture, options as object);
    const unused = new Set(Object.keys(keys));
    for (const { key, variable } of namedWeights(model)) {
      const [layer, weight] = key.split('/') as [string, string];
      const found = torchNames(layer, weight).filter((candidate) => candidate in keys);
      // A bias where PyTorch's convolution has none is zero.
      if (found.length === 0 && weight === 'bias') continue;
      expect(found, key).toHaveLength(1);
      expect(sides(variable.shape), key).toEqual(sides(keys[found[0]!]!));
      expect(unused.delete(found[0]!), key).toBe(true);
    }
    model.dispose();
    expect([...unused].filter((key) => !classifier.test(key))).toEqual([]);
  });
}
