import { buildModel } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';
import { checkInPython, PYTHON } from './checker';
import { stir } from './sessions';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

// One of each kind of operators; the slow suite has all of the registry.
test.skipIf(!PYTHON).each(['haltufBaseline', 'nasNetMobile', 'mobileNetV3Small', 'convNeXtTiny'] as const)(
  '%s is valid to ONNX’s checker, and scores the same in Python',
  async (name) => {
    const model = await stir(await buildModel(name, { inputShape: [101, 97, 4], numClasses: 5, seed: 1 }));
    expect(await checkInPython(model)).toBeLessThan(1e-4);
    model.dispose();
  },
);
