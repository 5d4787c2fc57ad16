/** The blocks of the pages in `docs` are TypeScript without errors, as strict as the library itself. */
import { expect, it } from 'vitest';
import { typeErrors } from '../../docs/run-snippets';

it('type-checks the pages', async () => {
  expect(await typeErrors()).toEqual([]);
});
