import { describe, expect, it } from 'vitest';

describe('exported names', () => {
  it.each(['index', 'augment/index', 'report/index', 'node/index', 'browser/index'])('of %s change on purpose only', async (path) => {
    const entry = (await import(`../../src/${path}.ts`)) as object;
    expect(Object.keys(entry).sort()).toMatchSnapshot();
  });
});
