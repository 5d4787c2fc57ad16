import { expect, it } from 'vitest';
import { versions } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import packageJson from '../package.json';

it('are those of the packages that are installed, and of the engine that is chosen', async () => {
  expect(versions()).toMatchObject({ 'hpa-kit': packageJson.version, engine: 'none' });
  await useEngine({ engine: 'wasm' });
  expect(versions()).toEqual({
    'hpa-kit': packageJson.version,
    'tfjs-core': expect.stringMatching(/^4\.\d+\.\d+$/) as string,
    'tfjs-layers': expect.stringMatching(/^4\.\d+\.\d+$/) as string,
    engine: 'wasm',
    platform: `Node.js ${process.versions.node}, ${process.platform} ${process.arch}`,
  });
});
