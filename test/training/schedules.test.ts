import { describe, expect, it } from 'vitest';
import {
  constant,
  cosine,
  cosineRestarts,
  oneCycle,
  reduceOnPlateau,
  scheduleFactors,
  stepDecay,
  warmUp,
  type EpochLog,
  type Schedule,
} from 'hpa-kit';
import golden from '../golden/keras_schedules.json';

const { stepsPerEpoch, epochs, losses } = golden;
const factorsOf = (schedule: Schedule) => [...scheduleFactors(schedule, { stepsPerEpoch, epochs })];

/** Keras computes in single precision. */
function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((factor, step) => {
    expect(Math.abs(factor - expected[step]!), `step ${step}`).toBeLessThan(tolerance);
  });
}

describe('schedules', () => {
  it('are those of Keras', () => {
    expectClose(factorsOf(cosine({ minFactor: 0.05 })), golden.cosine, 2e-7);
    expectClose(factorsOf(cosineRestarts({ firstEpochs: 2, minFactor: 0.1 })), golden.cosineRestarts, 2e-6);
    expectClose(factorsOf(cosineRestarts({ firstEpochs: 3, multiply: 1 })), golden.evenRestarts, 2e-6);
    expectClose(factorsOf(stepDecay({ afterEpochs: [4, 9], factor: 0.3 })), golden.stepDecay, 1e-7);
  });

  it('and PyTorch’s one cycle', () => {
    const schedule = oneCycle({ warmUpShare: 0.25, startFactor: 1 / 20, endFactor: 1 / 20 / 1e3 });
    expectClose(factorsOf(schedule), golden.oneCycle, 1e-12);
  });

  it('fall on plateaus as Keras’s, whatever was asked before', () => {
    const history = losses.map((validLoss, i) => ({ epoch: i + 1, validLoss }) as EpochLog);
    const ratesOf = (schedule: Schedule) =>
      history.map((_, i) => {
        const moment = { step: i * stepsPerEpoch, stepsPerEpoch, totalSteps: epochs * stepsPerEpoch };
        return schedule.factorAt({ ...moment, history: history.slice(0, i) });
      });
    expectClose(ratesOf(reduceOnPlateau({ factor: 0.5, patience: 2 })), golden.plateau, 1e-7);
    const cooled = { factor: 0.1, patience: 1, minDelta: 0, cooldown: 2, minFactor: 0.02 };
    expectClose(ratesOf(reduceOnPlateau(cooled)), golden.plateauCooldown, 1e-7);
  });

  it('take F1 for better the larger it is', () => {
    const history = [0.1, 0.2, 0.2, 0.2].map((validMacroF1) => ({ validMacroF1 }) as EpochLog);
    const schedule = reduceOnPlateau({ monitor: 'validMacroF1', patience: 2, factor: 0.5 });
    const at = (epoch: number) =>
      schedule.factorAt({ step: 0, stepsPerEpoch: 1, totalSteps: 9, history: history.slice(0, epoch) });
    expect([2, 3, 4].map(at)).toEqual([1, 1, 0.5]);
    expect(() => reduceOnPlateau().factorAt({ step: 0, stepsPerEpoch: 1, totalSteps: 1, history })).toThrow(
      'reduceOnPlateau monitors validLoss, which needs a validation dataset',
    );
  });

  it('warm up in a straight line, and then have the rest to themselves', () => {
    const warmed = factorsOf(warmUp(cosine(), { epochs: 2, startFactor: 0.2 }));
    expect(warmed.slice(0, 14)).toEqual(Array.from({ length: 14 }, (_, i) => 0.2 + (0.8 * i) / 14));
    expect(warmed.slice(14)).toEqual([...scheduleFactors(cosine(), { stepsPerEpoch, epochs: 10 })]);
    expect(factorsOf(warmUp(constant(), { steps: 3, startFactor: 0 })).slice(0, 4)).toEqual([
      0,
      1 / 3,
      2 / 3,
      1,
    ]);
  });

  it('end also where cosines are shorter than a step', () => {
    const schedule = cosineRestarts({ firstEpochs: 1e-300, multiply: 1 });
    expect(factorsOf(schedule)).toEqual(Array.from({ length: stepsPerEpoch * epochs }, () => 1));
  });

  it('of one line tell one from another', () => {
    const all = [
      constant(),
      cosine(),
      cosine({ minFactor: 0.1 }),
      cosineRestarts({ firstEpochs: 1 }),
      oneCycle(),
      stepDecay({ everyEpochs: 2 }),
      reduceOnPlateau(),
      warmUp(cosine(), { steps: 3 }),
      warmUp(constant(), { steps: 3 }),
    ];
    expect(new Set(all.map(({ description }) => description)).size).toBe(all.length);
    expect(warmUp(stepDecay({ everyEpochs: 2 }), { steps: 3 }).description).toBe(
      'warmUp(steps 3, startFactor 0.01) then stepDecay(factor 0.1, everyEpochs 2)',
    );
  });

  it('refuse options that can’t be', () => {
    expect(() => stepDecay({})).toThrow('stepDecay must be given either everyEpochs or afterEpochs');
    expect(() => stepDecay({ everyEpochs: 0 })).toThrow(
      'everyEpochs must be an integer of at least 1. Received 0',
    );
    expect(() => cosine({ minFactor: 2 })).toThrow('minFactor must lie in [0, 1]. Received 2');
    expect(() => cosineRestarts({ firstEpochs: 0 })).toThrow('firstEpochs must be positive. Received 0');
    expect(() => warmUp(cosine(), { steps: 1, epochs: 1 })).toThrow(TypeError);
    expect(() => reduceOnPlateau({ patience: 0.5 })).toThrow(/patience must be an integer/);
  });
});
