import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json';

const ENTRIES: Record<string, () => Promise<object>> = {
  'hpa-kit': () => import('hpa-kit'),
  'hpa-kit/augment': () => import('hpa-kit/augment'),
  'hpa-kit/report': () => import('hpa-kit/report'),
  'hpa-kit/node': () => import('hpa-kit/node'),
  'hpa-kit/browser': () => import('hpa-kit/browser'),
};

describe('exported names', () => {
  it('are watched at every subpath', () => {
    const subpaths = Object.keys(packageJson.exports).map((path) => path.replace('.', 'hpa-kit'));
    // The script of a worker exports nothing.
    const others = ['hpa-kit/worker', 'hpa-kit/package.json'];
    expect([...Object.keys(ENTRIES), ...others].sort()).toEqual(subpaths.sort());
  });

  it.each(Object.keys(ENTRIES))('of %s change on purpose only', async (entry) => {
    expect(Object.keys(await ENTRIES[entry]!()).sort()).toMatchSnapshot();
  });
});
