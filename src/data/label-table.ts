/** `train.csv`: ids and their labels. */
import { HpaError, withContext } from '../errors';
import { HPA_CLASSES, parseTarget } from '../labels';
import { columnIndex, parseCsv } from './csv';

export interface LabelTableOptions {
  /** @default the 28 classes of the task */
  classes?: readonly string[];
  /** Name of the file, for messages. */
  file?: string;
  /** Column of the ids. @default 'Id' */
  idColumn?: string;
  /** Column of the labels. @default 'Target' */
  targetColumn?: string;
}

export interface LabelTable {
  /** Each id once, in the table's order. */
  ids: string[];
  /** Multi-hot `[ids.length, classes.length]`. */
  labels: Uint8Array;
}

/**
 * Reads a table of labels, by default with the columns `Id,Target` of the competition.
 *
 * @throws HpaError `csv-invalid` or `label-invalid` that names the file and the row
 * @example
 * parseLabelTable('Id,Target\na,25 21\n').ids // ['a']
 */
export function parseLabelTable(text: string, options: LabelTableOptions = {}): LabelTable {
  const { classes = HPA_CLASSES, file, idColumn = 'Id', targetColumn = 'Target' } = options;
  const table = parseCsv(text, file);
  const target = columnIndex(table, targetColumn, file);
  const values = columnById(table.rows, columnIndex(table, idColumn, file), file);
  const labels = new Uint8Array(table.rows.length * classes.length);
  table.rows.forEach(({ row, cells }, i) => {
    try {
      labels.set(parseTarget(cells[target]!, classes), i * classes.length);
    } catch (error) {
      throw withContext(error, { file, row });
    }
  });
  return { ids: [...values.keys()], labels };
}

/** One column of a table, by id, such as the group of each sample. */
export function parseColumnById(
  text: string,
  column: string,
  { file, idColumn = 'Id' }: Pick<LabelTableOptions, 'file' | 'idColumn'> = {},
): Map<string, string> {
  const table = parseCsv(text, file);
  const value = columnIndex(table, column, file);
  const rows = columnById(table.rows, columnIndex(table, idColumn, file), file);
  return new Map([...rows].map(([id, cells]) => [id, cells[value]!]));
}

function columnById(
  rows: readonly { row: number; cells: readonly string[] }[],
  idIndex: number,
  file: string | undefined,
): Map<string, readonly string[]> {
  const byId = new Map<string, readonly string[]>();
  for (const { row, cells } of rows) {
    const id = cells[idIndex]!;
    if (id === '') throw new HpaError('csv-invalid', 'The id is empty', { file, row });
    if (byId.has(id)) throw new HpaError('csv-invalid', `The id "${id}" stands there twice`, { file, row });
    byId.set(id, cells);
  }
  return byId;
}
