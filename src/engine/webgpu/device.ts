/** Makes a WebGPU backend fail loudly: by itself it only logs what its device complains of, and reads zeros. */
import { HpaError } from '../../errors';
import type { WebgpuBackend } from './backend';

// On the backend itself, so that a second copy of the package sees it.
const WATCHED = Symbol.for('hpa-kit.watched');

/**
 * From now on the next read of a tensor throws when the device has run out of memory, refused a program or is
 * lost; and where no synchronous read is possible, as in Node, it says so.
 */
export function watchDevice(backend: WebgpuBackend): void {
  if (WATCHED in backend) return;
  const { device, tensorMap } = backend;
  let complaint: string | undefined;
  let loss: string | undefined;
  device.addEventListener('uncapturederror', ({ error }) => {
    complaint ??= error.message.split('\n')[0];
  });
  void device.lost.then(({ message }) => {
    loss = message;
  });

  const read = backend.read.bind(backend);
  const readSync = backend.readSync.bind(backend);
  Object.assign(backend, {
    [WATCHED]: true,
    read: async (dataId: object) => {
      try {
        const values = await read(dataId);
        if (complaint === undefined && loss === undefined) return values;
      } catch (cause) {
        if (complaint === undefined && loss === undefined) throw cause;
      }
      const reason =
        loss === undefined
          ? `WebGPU failed: ${complaint}`
          : `WebGPU lost its device: ${loss || 'no reason given'}`;
      complaint = undefined;
      throw new HpaError('engine-unavailable', reason);
    },
    readSync: (dataId: object) => {
      const { values } = tensorMap.get(dataId);
      if (values == null && typeof OffscreenCanvas === 'undefined')
        throw new HpaError(
          'engine-unavailable',
          'WebGPU reads synchronously only in a browser. Await tensor.data() instead of dataSync(), also before you take another engine',
        );
      return readSync(dataId);
    },
  });
}
