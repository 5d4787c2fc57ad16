/** Tables: CSV text to rows that remember where they stood. Quoting is papaparse's business. */
import Papa from 'papaparse';
import { HpaError } from '../errors';

export interface CsvTable {
  columns: readonly string[];
  rows: readonly CsvRow[];
}

export interface CsvRow {
  /** Row of the file, counted from 1, the header included. */
  row: number;
  cells: readonly string[];
}

/**
 * Parses CSV text with a header. Blank rows are passed over; quotes, CRLF and a byte order mark are
 * understood.
 *
 * @throws HpaError `csv-invalid` with the row for an unclosed quote or a row of another length
 */
export function parseCsv(text: string, file?: string): CsvTable {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',' });
  const [error] = errors;
  if (error) throw new HpaError('csv-invalid', error.message, { file, row: (error.row ?? 0) + 1 });
  const rows = data
    .map((cells, i): CsvRow => ({ row: i + 1, cells: cells.map((cell) => cell.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const header = rows.shift();
  if (!header) throw new HpaError('csv-invalid', 'The table is empty: it has no header', { file });
  for (const { row, cells } of rows)
    if (cells.length !== header.cells.length)
      throw new HpaError('csv-invalid', `Expected ${header.cells.length} cells, received ${cells.length}`, {
        file,
        row,
      });
  return { columns: header.cells, rows };
}

/** Index of a column by name. @throws HpaError `csv-invalid` that lists the columns there are */
export function columnIndex({ columns }: CsvTable, name: string, file?: string): number {
  const index = columns.indexOf(name);
  if (index < 0)
    throw new HpaError(
      'csv-invalid',
      `There is no column "${name}". The columns are: ${columns.join(', ')}`,
      { file },
    );
  return index;
}

/** Formats rows as CSV with a header, quoting where needed, a newline after each row. */
export function formatCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return Papa.unparse([columns, ...rows] as unknown[][], { newline: '\n' }) + '\n';
}
