import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

testAgainstKeras(['convNeXtTiny']);
