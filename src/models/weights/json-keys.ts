/** What `JSON.parse` doesn't tell: keys that an object has twice. */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]|:/g;

/** A key that the outermost object of valid JSON has twice, if there is one. */
export function duplicateKey(json: string): string | undefined {
  const keys = new Set<string>();
  let depth = 0;
  let text = '';
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token !== ':') text = token;
    else if (depth === 1) {
      const key = JSON.parse(text) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
