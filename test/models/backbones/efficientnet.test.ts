import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

testAgainstKeras(['efficientNetB0', 'efficientNetB1', 'efficientNetB2', 'efficientNetB3', 'efficientNetV2B0']);
