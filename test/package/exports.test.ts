import { describe, expect, it } from 'vitest';

const ENTRIES: Record<string, () => Promise<object>> = {
  'hpa-kit': () => import('hpa-kit'),
  'hpa-kit/augment': () => import('hpa-kit/augment'),
  'hpa-kit/report': () => import('hpa-kit/report'),
  'hpa-kit/node': () => import('hpa-kit/node'),
  'hpa-kit/browser': () => import('hpa-kit/browser'),
};

describe('exported names', () => {
  it.each(Object.keys(ENTRIES))('of %s change on purpose only', async (entry) => {
    expect(Object.keys(await ENTRIES[entry]!()).sort()).toMatchSnapshot();
  });
});
