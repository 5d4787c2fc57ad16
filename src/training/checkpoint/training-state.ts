/** What a checkpoint says of a training beside weights: where it stands, what it was, and what made it. */
import type { BatchPosition } from '../../data/sampling/batch-position';
import { HpaError } from '../../errors';
import type { Versions } from '../../versions';
import type { EpochLog } from '../history';

/** Sums over the part of an epoch that is done; `loss` weighs each batch by its images. */
export interface EpochSums {
  loss: number;
  images: number;
  steps: number;
  seconds: number;
  waitSeconds: number;
  /** Of the last step. */
  learningRate: number;
}

/** Where a training stands between two steps. */
export interface Stand {
  /** Of the next batch. */
  position: BatchPosition;
  /** Batches trained on, over all epochs; dropout follows from it and the seed. */
  step: number;
  /** Of the epoch under way. */
  sums: EpochSums;
  /** Whether the epoch under way has only its validation left. */
  isClosed: boolean;
  /** The epochs that are complete. */
  history: EpochLog[];
  /** From 1; 0 while there is none. */
  bestEpoch: number;
  /** Whether a callback ended training. */
  isStopped: boolean;
}

export const NO_SUMS: Readonly<EpochSums> = {
  ...{ loss: 0, images: 0, steps: 0, seconds: 0, waitSeconds: 0, learningRate: 0 },
};

export interface TrainingState extends Stand {
  format: 1;
  versions: Versions;
  /** Settings that a continuation must share, each as text. */
  settings: Record<string, string>;
  /** Steps of the optimizer, as it counts them. */
  iterations: number;
  /** Steps of the averaged weights; 0 without. */
  averaged: number;
}

/** @throws HpaError `checkpoint-invalid` for what is no state */
export function readState(value: unknown, file: string): TrainingState {
  const state = (value ?? {}) as Partial<Record<keyof TrainingState, unknown>>;
  const isText = (record: unknown) =>
    isObject(record) && Object.values(record).every((text) => typeof text === 'string');
  const numbers = [state.step, state.iterations, state.averaged, state.bestEpoch];
  const isState =
    state.format === 1 &&
    isText(state.versions) &&
    isText(state.settings) &&
    isObject(state.position) &&
    [state.isClosed, state.isStopped].every((flag) => typeof flag === 'boolean') &&
    numbers.every((count) => Number.isInteger(count) && (count as number) >= 0) &&
    isObject(state.sums) &&
    Array.isArray(state.history) &&
    state.history.every((log, i) => isObject(log) && log['epoch'] === i + 1) &&
    (state.bestEpoch as number) <= state.history.length;
  if (!isState)
    throw new HpaError('checkpoint-invalid', 'The checkpoint is none of this version of hpa-kit', { file });
  const { sums, history, ...rest } = state as TrainingState;
  return {
    ...rest,
    sums: readNumbers(sums),
    history: history.map((log) => readNumbers(log)),
  };
}

/** JSON has no NaN, and a `null` would count as 0. */
function readNumbers<T extends object>(record: T): T {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, typeof value === 'number' ? value : NaN]),
  ) as T;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws RangeError that names each setting that differs */
export function checkSettings(state: TrainingState, settings: Record<string, string>, file: string): void {
  const differing = Object.keys({ ...state.settings, ...settings })
    .filter((name) => state.settings[name] !== settings[name])
    .map((name) => `${name} ${state.settings[name] ?? 'unset'} instead of ${settings[name] ?? 'unset'}`);
  if (differing.length > 0)
    throw new RangeError(
      `checkpoint ${file} was made with ${differing.join(', ')}. Resume with the settings that it was made with, or keep the checkpoints elsewhere`,
    );
}
