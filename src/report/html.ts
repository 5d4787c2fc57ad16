/** Text for HTML and SVG: escaping, and numbers as people read them. */

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Makes untrusted text safe as an element's content or as a quoted attribute's value, in HTML and in SVG.
 * Control characters other than tab and newline, which neither may hold, become U+FFFD.
 *
 * @example
 * escapeHtml('<img src=x onerror="alert(1)">'); // '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'
 */
export function escapeHtml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- these are the characters to replace
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"'`]/g, (character) => ENTITIES[character]!)
  );
}

/** What stands where there is no number. */
export const MISSING = '–';

/** A number with fixed decimals; `–` for a missing one. `formatFixed(0.5, 3)` is `'0.500'`. */
export function formatFixed(value: number | null | undefined, digits: number): string {
  if (value === Infinity) return '∞';
  return isNumber(value) ? value.toFixed(digits) : MISSING;
}

/** An integer in groups of three, anything else to four significant digits: `'194,024'`, `'0.1235'`. */
export function formatNumber(value: number | null | undefined): string {
  if (value === Infinity) return '∞';
  if (!isNumber(value)) return MISSING;
  const [whole, fraction] = (Number.isInteger(value) ? String(value) : significant(value)).split('.');
  const grouped = whole!.includes('e') ? whole! : whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** True for a finite number; false for `null`, `undefined`, NaN and infinities. */
export function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function significant(value: number): string {
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));
}

/** A chart in its frame. */
export function figure(caption: string, svg: string): string {
  return `<figure class="chart"><figcaption>${escapeHtml(caption)}</figcaption>${svg}</figure>`;
}

/** A part of the report under a heading of its own. */
export interface Section {
  /** Of its heading, for links to it. */
  id: string;
  title: string;
  body: string;
}

export interface TableOptions {
  /** The accessible name of the box that it scrolls in. */
  label: string;
  className: string;
  caption?: string;
  head: readonly string[];
  rows: readonly TableRow[];
}

export interface TableRow {
  /** As text, not yet escaped; the first one heads the row. */
  cells: readonly string[];
  className?: string | undefined;
}

/** A table in a box that scrolls where the page is too narrow. */
export function table({ label, className, caption, head, rows }: TableOptions): string {
  const columns = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const lines = rows.map(({ cells: [first = '', ...cells], className }) => {
    const rest = cells.map((text) => `<td>${escapeHtml(text)}</td>`).join('');
    return `<tr${className ? ` class="${className}"` : ''}><th scope="row">${escapeHtml(first)}</th>${rest}</tr>\n`;
  });
  return `<div class="scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table class="${className}">${caption ? `<caption>${escapeHtml(caption)}</caption>` : ''}<thead><tr>${columns}</tr></thead><tbody>
${lines.join('')}</tbody></table></div>
`;
}
