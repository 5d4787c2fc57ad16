/** Lets Node load the script of a notebook with its markers; ts-node, the next in the chain, transpiles it as ever. */
import { readFile } from 'node:fs/promises';

const { NOTEBOOK_SCRIPT: script, NOTEBOOK_SOURCE: source } = process.env;

export async function load(url, context, next) {
  if (url !== script) return next(url, context);
  return { format: 'module', source: await readFile(source, 'utf8'), shortCircuit: true };
}
