/** Every model of the registry at its own size, exported: in onnxruntime-node, and before ONNX's checker in Python. */
import { buildModel, listModels, type BackboneOptions, type ModelName } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkInPython, PYTHON } from '../onnx/checker';
import { exportError, stir } from '../onnx/sessions';

beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
});

describe.each(listModels().map(({ name }) => name))('%s', (name) => {
  test('scores in onnxruntime as in tfjs', async () => {
    const model = await stir(await buildModel(name, { numClasses: 28, seed: 1 }));
    const error = await exportError(model);
    console.log(`${name} onnxruntime-node ${error.toExponential(1)}`);
    expect(error).toBeLessThan(1e-4);
    model.dispose();
  });

  test.skipIf(!PYTHON)('is valid to ONNX’s checker, and scores the same in Python', async () => {
    const model = await stir(await buildModel(name, { numClasses: 28, seed: 1 }));
    const error = await checkInPython(model);
    console.log(`${name} Python ${error.toExponential(1)}`);
    expect(error).toBeLessThan(1e-4);
    model.dispose();
  });
});

const otherOptions: [ModelName, BackboneOptions & { backbone?: 'inceptionV3' }][] = [
  ['byrachonokTransfer', { inputShape: [77, 75, 3], backbone: 'inceptionV3' }],
  ['resnet18V2', { inputShape: [45, 39, 4], head: 'winner' }],
  ['efficientNetB0', { inputShape: [45, 39, 4], head: 'byrachonok' }],
];
test.each(otherOptions)('%s %j scores in onnxruntime as in tfjs', async (name, options) => {
  const model = await stir(await buildModel(name, { numClasses: 5, seed: 1, ...options }));
  expect(await exportError(model)).toBeLessThan(1e-4);
  model.dispose();
});
