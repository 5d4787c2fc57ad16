import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { versions } from 'hpa-kit';
import packageJson from '../../package.json';
import lock from '../../package-lock.json';
import { releaseProblems, type Release } from '../../scripts/check-release';

const snapshot = (names: Record<string, string[]>) =>
  Object.entries(names)
    .map(
      ([entry, list]) =>
        `exports[\`exported names > of ${entry} change on purpose only 1\`] = \`\n[\n${list.map((name) => `  "${name}",\n`).join('')}]\n\`;\n`,
    )
    .join('\n');
const release = (version: string, names: Record<string, string[]>): Release => ({
  version,
  changelog: `# Changelog\n\n## ${version} - 2026-01-31\n\n- Text.\n\n## 0.0.1 - 2026-01-01\n`,
  exported: snapshot(names),
});
const some = { 'hpa-kit': ['a', 'b'], 'hpa-kit/node': ['c'] };
const more = { ...some, 'hpa-kit/node': ['c', 'd'] };
const fewer = { ...some, 'hpa-kit': ['a'] };

it('is of one version in all places', () => {
  const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
  const released = Array.from(changelog.matchAll(/^## \[?(\d+\.\d+\.\d+)/gm), ([, version]) => version!);
  // Before the first release the changelog has no number yet.
  expect(released[0] ?? '0.1.0').toBe(packageJson.version);
  expect(released).toEqual([...new Set(released)]);
  expect(versions()['hpa-kit']).toBe(packageJson.version);
  expect([lock.version, lock.packages[''].version]).toEqual([packageJson.version, packageJson.version]);
});

it.each([
  ['0.1.0', some, '0.1.1', some],
  ['0.1.0', some, '0.2.0', more],
  ['0.1.0', some, '0.2.0', fewer],
  ['0.9.3', some, '1.0.0', some],
  ['1.2.3', some, '1.2.4', some],
  ['1.2.3', some, '1.3.0', more],
  ['1.2.3', some, '2.0.0', fewer],
])('may go from %s to a release that its names allow: %#', (last, before, next, after) => {
  expect(releaseProblems(release(next, after), release(last, before))).toEqual([]);
});

it.each([
  ['0.1.0', some, '0.1.0', some, ''],
  ['0.1.0', some, '0.1.2', more, '+ hpa-kit/node d'],
  ['0.1.0', some, '0.1.1', fewer, '- hpa-kit b'],
  ['1.2.3', some, '1.3.0', fewer, '- hpa-kit b'],
  ['1.2.3', some, '1.2.4', more, '+ hpa-kit/node d'],
  ['1.2.3', some, '1.2.2', some, ''],
  ['1.2.3', some, '1.3.1', more, ''],
])('refuses to go from %s to a release that its names do not allow: %#', (last, before, next, after, why) => {
  const [problem, ...others] = releaseProblems(release(next, after), release(last, before));
  expect(problem).toContain(`${next} does not follow ${last}`);
  expect(problem).toContain(why);
  expect(others).toEqual([]);
});

it.each(['## Unreleased', '## 0.2.0', '## 0.1.0 - 2026-01-31'])(
  'refuses a changelog that begins with %s',
  (heading) => {
    const next = { ...release('0.2.0', some), changelog: `# Changelog\n\n${heading}\n` };
    expect(releaseProblems(next)).toEqual([expect.stringContaining(`It begins with "${heading}"`)]);
  },
);

it('reads the names that the snapshot has', () => {
  const exported = readFileSync(new URL('__snapshots__/exports.test.ts.snap', import.meta.url), 'utf8');
  const without = exported.replace('  "openFolder",\n', '');
  const [now, then] = [release('0.2.0', {}), release('0.1.0', {})];
  expect(releaseProblems({ ...now, exported: without }, { ...then, exported })).toEqual([]);
  expect(
    releaseProblems(
      { ...now, version: '0.1.1', changelog: '## 0.1.1 - 2026-01-31', exported: without },
      { ...then, exported },
    )[0],
  ).toMatch(/: - hpa-kit\/node openFolder$/);
});
