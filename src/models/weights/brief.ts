/** Names and values from files in messages, which nobody promised to keep short. */

const MAX_LENGTH = 80;

export function brief(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** A value of JSON. */
export function briefJson(value: unknown): string {
  return value === undefined ? 'undefined' : brief(JSON.stringify(value));
}
