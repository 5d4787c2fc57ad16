/** Tables: CSV text to rows that remember where they stood. Quoting is papaparse's business. */
import Papa from 'papaparse';
import { HpaError } from '../../errors';

export interface CsvTable {
  columns: readonly string[];
  rows: readonly CsvRow[];
}

export interface CsvRow {
  /** Line on which the row begins, counted from 1 as an editor shows it, the header included. */
  row: number;
  cells: readonly string[];
}

/** Separators of files that are tables, but not comma-separated ones. */
const OTHER_SEPARATORS: readonly (readonly [separator: string, name: string])[] = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'bars'],
];

/**
 * The text of a CSV file.
 *
 * @throws HpaError `csv-invalid` for anything but UTF-8
 */
export function decodeCsv(bytes: Uint8Array, file?: string): string {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'LE' : bytes[0] === 0xfe && bytes[1] === 0xff && 'BE';
  if (utf16)
    throw new HpaError('csv-invalid', `The file is UTF-16 (${utf16}) text. Save it as UTF-8`, { file });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HpaError('csv-invalid', 'The file is not UTF-8 text. Save it as UTF-8', { file, cause });
  }
}

/**
 * Parses CSV text with a header. Cells are trimmed and blank rows passed over; quotes, line breaks inside
 * them, any line ends and a byte order mark are understood.
 *
 * @throws HpaError `csv-invalid` with the row for a quote that is never closed and a row of another length;
 *   for NUL characters, another separator than the comma, and two columns of one name
 */
export function parseCsv(text: string, file?: string): CsvTable {
  const lines = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const { data, errors } = Papa.parse<string[]>(lines, { delimiter: ',', newline: '\n' });
  const rows = numbered(data);
  const refuse = (reason: string, row?: number) => new HpaError('csv-invalid', reason, { file, row });

  const nul = rows.find(({ cells }) => cells.some((cell) => cell.includes('\0')));
  if (nul)
    throw refuse('There is a NUL character: the file is damaged or UTF-16. Save it as UTF-8 text', nul.row);
  const [error] = errors;
  if (error) {
    const quotes = error.code === 'MissingQuotes' ? 'A quote is opened and never closed' : error.message;
    throw refuse(quotes, rows[error.row ?? 0]?.row);
  }
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
  const header = filled.shift();
  if (!header) throw refuse('The table is empty: it has no header');
  checkHeader(header, refuse);
  for (const { row, cells } of filled)
    if (cells.length !== header.cells.length)
      throw refuse(`Expected ${header.cells.length} cells, received ${cells.length}`, row);
  return { columns: header.cells, rows: filled };
}

/**
 * Index of a column by name; where there is none, of the only one that differs in case alone.
 *
 * @throws HpaError `csv-invalid` that lists the columns there are
 */
export function columnIndex({ columns }: CsvTable, name: string, file?: string): number {
  const index = columns.indexOf(name);
  if (index >= 0) return index;
  const alike = [...columns.keys()].filter((i) => columns[i]!.toLowerCase() === name.toLowerCase());
  if (alike.length === 1) return alike[0]!;
  throw new HpaError('csv-invalid', `There is no column "${name}". The columns are: ${columns.join(', ')}`, {
    file,
  });
}

/** Formats rows as CSV with a header, quoting where needed, a newline after each row. */
export function formatCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return Papa.unparse([columns, ...rows] as unknown[][], { newline: '\n' }) + '\n';
}

/** Rows with the lines they begin on: quoted cells may hold line breaks. */
function numbered(data: readonly string[][]): CsvRow[] {
  let line = 1;
  return data.map((cells) => {
    const row = line;
    line += 1 + cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
    return { row, cells: cells.map((cell) => cell.trim()) };
  });
}

function checkHeader({ row, cells }: CsvRow, refuse: (reason: string, row?: number) => HpaError): void {
  const [only] = cells;
  const other = cells.length === 1 && OTHER_SEPARATORS.find(([separator]) => only!.includes(separator));
  if (other) throw refuse(`The cells are separated by ${other[1]}. Save the table with commas instead`, row);
  const twice = cells.find((name, i) => name !== '' && cells.indexOf(name) !== i);
  if (twice !== undefined) throw refuse(`The column "${twice}" stands there twice`, row);
}
