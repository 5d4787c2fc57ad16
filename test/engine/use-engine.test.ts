import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isHpaError } from 'hpa-kit';
import { useEngine as useBrowserEngine } from 'hpa-kit/browser';
import { useEngine } from 'hpa-kit/node';
import { chooseEngine, type EngineCandidate } from '../../src/engine/choose-engine';
import { wasmCandidate } from '../../src/engine/candidates';
import { createNodeThread } from '../../src/node/wasm-thread';
import { nativeIsInstalled } from '../engines';

const candidate = (backend: string, load: () => void): EngineCandidate => ({
  name: 'native',
  backend,
  automatic: true,
  remedy: 'Mend it',
  load,
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('useEngine in Node', () => {
  it.skipIf(nativeIsInstalled)('takes wasm where native is not installed, and says so', async () => {
    const engine = await useEngine();
    expect(engine).toMatchObject({ name: 'wasm', backend: 'wasm', details: { simd: true } });
    expect(engine.details.threads).toBe(availableParallelism());
    expect(engine.tried).toContainEqual({
      name: 'native',
      reason: '@tensorflow/tfjs-node is not installed',
    });
    expect(engine.reason).toMatch(
      /^Took 'wasm'.*'native' was not taken: @tensorflow\/tfjs-node is not installed\./,
    );
    expect(tf.getBackend()).toBe('wasm');
  });

  it.skipIf(!nativeIsInstalled)('takes native where it is installed', async () => {
    expect(await useEngine()).toMatchObject({ name: 'native', backend: 'tensorflow' });
  });

  it.skipIf(nativeIsInstalled)(
    'names the remedy when native is insisted on, and keeps the engine in use',
    async () => {
      await useEngine({ engine: 'wasm' });
      const error: unknown = await useEngine({ engine: 'native' }).catch((thrown: unknown) => thrown);
      expect(isHpaError(error, 'engine-unavailable')).toBe(true);
      expect((error as Error).message).toContain('npm install @tensorflow/tfjs-node');
      expect(tf.getBackend()).toBe('wasm');
    },
  );

  it('takes the plain JavaScript engine only when asked for', async () => {
    expect((await useEngine()).name).not.toBe('cpu');
    expect(await useEngine({ engine: 'cpu' })).toMatchObject({
      name: 'cpu',
      reason: "Took 'cpu', as asked for.",
    });
    expect((await useEngine()).name).not.toBe('cpu');
  });

  it('answers calls at the same time, in order', async () => {
    const engines = await Promise.all([useEngine({ engine: 'cpu' }), useEngine({ engine: 'wasm' })]);
    expect(engines.map(({ name }) => name)).toEqual(['cpu', 'wasm']);
    expect(tf.getBackend()).toBe('wasm');
  });

  it('leaves no tensors and prints nothing', async () => {
    const spies = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(console, 'error')];
    const before = tf.memory().numTensors;
    await useEngine();
    expect(tf.memory().numTensors).toBe(before);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it('refuses an unknown name, an engine of another platform and an aborted signal', async () => {
    await expect(useEngine({ engine: 'gpu' as 'cpu' })).rejects.toThrow(RangeError);
    await expect(useEngine({ engine: 'webgl' })).rejects.toMatchObject({ code: 'engine-unavailable' });
    await expect(useEngine({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('an engine that is broken', () => {
  const wasm = wasmCandidate('', { threads: 1, createThread: createNodeThread });

  it('is skipped when it fails to start', async () => {
    const broken = candidate('does-not-start', () => {
      tf.registerBackend('does-not-start', () => Promise.reject(new Error('no such library')));
    });
    const engine = await chooseEngine([broken, wasm]);
    expect(engine.name).toBe('wasm');
    expect(engine.tried).toEqual([{ name: 'native', reason: 'it failed to start: no such library' }]);
    tf.removeBackend('does-not-start');
  });

  it('is skipped when it computes wrong numbers', async () => {
    const broken = candidate('wrong', () => {
      tf.registerBackend('wrong', () => new MathBackendCPU());
      tf.copyRegisteredKernels('cpu', 'wrong');
      tf.unregisterKernel('Conv2DBackpropInput', 'wrong');
      const stock = tf.getKernel('Conv2DBackpropFilter', 'wrong');
      tf.unregisterKernel('Conv2DBackpropFilter', 'wrong');
      tf.registerKernel({
        ...stock,
        kernelFunc: (args) => stock.kernelFunc({ ...args, attrs: { ...args.attrs, pad: 'valid' } }),
      });
      const input = tf.getKernel('Conv2DBackpropInput', 'cpu');
      tf.registerKernel({ ...input, backendName: 'wrong' });
    });
    const engine = await chooseEngine([broken, wasm]);
    expect(engine.name).toBe('wasm');
    expect(engine.tried).toEqual([
      { name: 'native', reason: 'it computes wrong numbers (Conv2DBackpropFilter)' },
    ]);
    tf.removeBackend('wrong');
  });

  it('does not make tfjs fall back to plain JavaScript: with no other engine, an error is thrown', async () => {
    await useEngine({ engine: 'wasm' });
    const broken = candidate('unheard-of', () => undefined);
    await expect(chooseEngine([broken])).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('Mend it') as string,
    });
    expect(tf.getBackend()).toBe('wasm');
  });
});

describe('useEngine of the browser entry', () => {
  it('points native users to Node', async () => {
    await expect(useBrowserEngine({ engine: 'native' })).rejects.toMatchObject({
      code: 'engine-unavailable',
    });
  });

  it('bundles without a Node built-in', async () => {
    const entry = fileURLToPath(new URL('../../src/browser/engine.ts', import.meta.url));
    // Fails on an import that a browser can't resolve.
    const { metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.filter(({ external }) => external)).toEqual([]);
  });
});
