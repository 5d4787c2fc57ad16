/** Where checkpoints are kept: anything that keeps bytes by name, such as a `Map` or `checkpointFolder`. */

type Awaitable<T> = T | Promise<T>;

/** Where checkpoints are kept: bytes by name. */
export interface CheckpointStore {
  /** Names of all that is kept. */
  keys(): Awaitable<Iterable<string>>;
  /** The bytes, which become the caller's; undefined where there are none. */
  get(name: string): Awaitable<Uint8Array | undefined>;
  /** Keeps the bytes under a name, wholly or not at all, in place of what was there. */
  set(name: string, bytes: Uint8Array): Awaitable<unknown>;
  /** Removes what is kept under a name. */
  delete(name: string): Awaitable<unknown>;
}

/** Where and how often a training keeps its state. */
export interface CheckpointOptions {
  /** Where to keep them, one training in each, such as `checkpointFolder('run')` of 'hpa-kit/node'; a `Map` does too. */
  store: CheckpointStore;
  /** Save after every so many steps too. @default after each epoch only */
  everySteps?: number | undefined;
  /** Save when so many seconds have passed since the last one. @default 600 */
  everySeconds?: number | undefined;
  /** How many of the newest to keep; the best epoch's weights are kept besides. @default 2 */
  keepLast?: number | undefined;
  /** Called when one can't be written, or is damaged and an older one serves. @default console.warn */
  onWarning?: ((warning: string) => void) | undefined;
}

/** The part of a store whose names begin with a folder's, as a store of its own. */
export function storeWithin(store: CheckpointStore, folder: string): CheckpointStore {
  const prefix = `${folder}/`;
  return {
    keys: async () =>
      Array.from(await store.keys())
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length)),
    get: (name) => store.get(prefix + name),
    set: (name, bytes) => store.set(prefix + name, bytes),
    delete: (name) => store.delete(prefix + name),
  };
}
