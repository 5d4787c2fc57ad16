/** Node's own modules without importing them, so that the same file runs in pages: bundlers see no import. */

/** Such a module, since Node 20.16; undefined elsewhere. */
export function nodeBuiltin(id: `node:${string}`): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  return process?.getBuiltinModule?.(id);
}
