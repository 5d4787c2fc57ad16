/** The checkpoints of one training: which are kept, which is the newest that can be read, and what to do without one. */
import { isHpaError } from '../../errors';
import { decodeCheckpoint, encodeCheckpoint, type CheckpointContent } from './checkpoint-file';
import type { CheckpointOptions, CheckpointStore } from './checkpoint-store';

/** `step-00000120.best-3.safetensors`: after 120 steps, when epoch 3 was the best. */
const NEWEST = /^step-(\d{8,})\.best-(\d+)\.safetensors$/;
/** `best-3.safetensors`: the weights that epoch 3 was judged by. */
const BEST = /^best-(\d+)\.safetensors$/;

const bestName = (epoch: number) => `best-${epoch}.safetensors`;

export class Checkpoints {
  readonly everySteps: number;
  readonly everySeconds: number;
  private readonly store: CheckpointStore;
  private readonly keepLast: number;
  readonly warn: (warning: string) => void;

  /** @throws RangeError for options out of range */
  constructor(options: CheckpointOptions) {
    const { store, everySteps = Infinity, everySeconds = 600, keepLast = 2 } = options;
    for (const [name, value] of Object.entries({ everySteps, keepLast }))
      if (value !== Infinity && (!Number.isInteger(value) || value < 1))
        throw new RangeError(`${name} must be a positive integer. Received ${value}`);
    if (!(everySeconds > 0)) throw new RangeError(`everySeconds must be positive. Received ${everySeconds}`);
    this.store = store;
    this.everySteps = everySteps;
    this.everySeconds = everySeconds;
    this.keepLast = keepLast;
    this.warn = options.onWarning ?? console.warn;
  }

  /** The newest that can be read; those that are damaged are removed, and it says so. */
  async newest(): Promise<{ name: string; content: CheckpointContent } | undefined> {
    for (const name of this.byAge(await this.names())) {
      const content = await this.read(name);
      if (content) return { name, content };
      this.warn(`Training goes on from an older checkpoint, if there is one, or from its beginning.`);
    }
    return undefined;
  }

  /** The weights of the best epoch; undefined, and it says so, where they are lost. */
  async best(epoch: number): Promise<CheckpointContent | undefined> {
    const content = await this.read(bestName(epoch));
    if (!content)
      this.warn(`The weights of epoch ${epoch}, the best so far, are lost: later epochs compete anew.`);
    return content;
  }

  async saveBest(epoch: number, content: CheckpointContent): Promise<void> {
    await this.write(bestName(epoch), content);
  }

  /** Saves, then removes what is no longer to be kept. A failure is only told: training is worth more than its copy. */
  async save(step: number, bestEpoch: number, content: CheckpointContent): Promise<void> {
    const name = `step-${String(step).padStart(8, '0')}.best-${bestEpoch}.safetensors`;
    if (!(await this.write(name, content))) return;
    const names = await this.names();
    const kept = this.byAge(names).slice(0, this.keepLast);
    const best = new Set(kept.map((each) => bestName(Number(NEWEST.exec(each)![2]))));
    for (const each of names)
      if (!kept.includes(each) && !best.has(each) && (NEWEST.test(each) || BEST.test(each)))
        await this.store.delete(each);
  }

  private async names(): Promise<string[]> {
    return Array.from(await this.store.keys());
  }

  private byAge(names: readonly string[]): string[] {
    const step = (name: string) => Number(NEWEST.exec(name)![1]);
    return names.filter((name) => NEWEST.test(name)).sort((a, b) => step(b) - step(a));
  }

  private async read(name: string): Promise<CheckpointContent | undefined> {
    try {
      const bytes = await this.store.get(name);
      return bytes && (await decodeCheckpoint(bytes, name));
    } catch (error) {
      if (!isHpaError(error)) throw error;
      const isDamaged = error.code === 'checkpoint-invalid';
      if (isDamaged) await this.store.delete(name);
      this.warn(`${error.message}.${isDamaged ? ' It is removed.' : ''}`);
      return undefined;
    }
  }

  private async write(name: string, content: CheckpointContent): Promise<boolean> {
    const bytes = await encodeCheckpoint(content);
    try {
      await this.store.set(name, bytes);
      return true;
    } catch (error) {
      this.warn(
        `Checkpoint ${name} can't be saved, training goes on without it: ${error instanceof Error ? error.message : String(error)}`,
      );
      return false;
    }
  }
}
