/** The report's section on making the run again: the configuration, to be copied, and the versions. */
import { escapeHtml, type Section } from './html';

/** The section; nothing with neither. */
export function renderReproduction(
  configuration: object | undefined,
  versions: object | undefined,
): Section | undefined {
  const facts = Object.entries(versions ?? {}).map(
    ([name, version]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(version))}</dd></div>`,
  );
  const parts = [
    ...(facts.length > 0 ? [`<dl class="facts">${facts.join('')}</dl>\n`] : []),
    ...(configuration
      ? [
          `<details open><summary>Configuration</summary>
<pre tabindex="0" role="region" aria-label="Configuration">${escapeHtml(toJson(configuration))}</pre></details>
`,
        ]
      : []),
  ];
  if (parts.length === 0) return undefined;
  return { id: 'reproduce', title: 'Configuration and versions', body: parts.join('') };
}

/** JSON with arrays of numbers on one line. What JSON cannot say is named, so that nothing is lost silently. */
function toJson(configuration: object): string {
  let text: string;
  try {
    text = JSON.stringify(configuration, nameValue, 2);
  } catch (error) {
    throw new TypeError('configuration must be a plain object that does not hold itself.', { cause: error });
  }
  // No text holds a line break of its own in JSON, so that this changes nothing but such arrays.
  return text.replace(/\[\n[^[\]{}"]*\n *\]/g, (array) => array.replace(/\s+/g, ' '));
}

function nameValue(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'function') return `function ${value.name || 'without a name'}`;
  if (typeof value === 'bigint') return `${value}n`;
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Uint8Array) : value;
}
