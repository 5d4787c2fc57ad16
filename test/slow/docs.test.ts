/** The pages of `docs` that train for some seconds, and the types of all. */
import { expect, it } from 'vitest';
import { SLOW_PAGES, typeErrors } from '../../docs/run-snippets';
import { testPages } from '../docs/page-tests';

testPages(SLOW_PAGES);

it('type-checks all pages, as strictly as the library itself', async () => {
  expect(await typeErrors()).toEqual([]);
});
