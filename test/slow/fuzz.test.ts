/**
 * The fuzzer at length, over real files too. `HPA_FUZZ_SECONDS` says for how long (60 by default), and
 * `HPA_FUZZ_ROUND` from which round on, so that another night tries other files.
 */
import { expect, it } from 'vitest';
import { fuzz, goldenSeeds, realSeeds } from '../image/fuzzer';

it('finds no file that crashes, hangs or takes too much', async () => {
  const seconds = Number(process.env.HPA_FUZZ_SECONDS ?? 60);
  const first = Number(process.env.HPA_FUZZ_ROUND ?? 1_000_000);
  const real = realSeeds();
  const { rounds, outcomes, faults } = await fuzz([...goldenSeeds(), ...real], {
    milliseconds: 1000 * seconds,
    first,
  });
  console.log(`${rounds} rounds from ${first} on:`, Object.fromEntries(outcomes));
  expect(faults.map(({ base64, ...fault }) => ({ ...fault, base64: base64.slice(0, 20_000) }))).toEqual([]);
  expect(rounds).toBeGreaterThan(10 * seconds);
}, 86_400_000);
