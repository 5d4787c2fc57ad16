/** `train.csv`: ids and their labels. */
import { HpaError, withContext } from '../../errors';
import { checkClasses, HPA_CLASSES, namesToMultiHot, parseTarget } from '../../labels';
import { columnIndex, parseCsv, type CsvRow, type CsvTable } from './csv';

/**
 * How a table says which labels a sample has: `indices` separated by spaces (`25 21`); `names` separated by
 * semicolons or bars (`Cytosol;Plasma membrane`); `columns`, one for each class and named as it, with 0 or 1.
 */
export type LabelFormat = 'indices' | 'names' | 'columns';

/** Options of `parseLabelTable`. */
export interface LabelTableOptions {
  /** @default the 28 classes of the task */
  classes?: readonly string[] | undefined;
  /** Name of the file, for messages. */
  file?: string | undefined;
  /** Column of the ids. @default 'Id' */
  idColumn?: string | undefined;
  /** Column of the labels, but for the format `columns`. @default 'Target' */
  targetColumn?: string | undefined;
  /** @default 'indices' */
  format?: LabelFormat | undefined;
  /** What to do about an id of several rows: stop, or give the sample the labels of all. @default 'error' */
  onDuplicate?: 'error' | 'merge' | undefined;
}

/** Labels by sample. */
export interface LabelTable {
  /** Each id once, in the table's order. */
  ids: string[];
  /** Multi-hot `[ids.length, classes.length]`. */
  labels: Uint8Array;
}

/**
 * Reads a table of labels, by default with the columns `Id,Target` of the competition. An empty target is a
 * sample without any label. Columns whose names differ in case alone are taken for those that are meant.
 *
 * @throws HpaError `csv-invalid` or `label-invalid` that names the file and the row
 * @example
 * parseLabelTable('Id,Target\na,25 21\n').ids // ['a']
 * parseLabelTable('Id,Target\na,Cytosol\n', { format: 'names' }).labels[25] // 1
 */
export function parseLabelTable(text: string, options: LabelTableOptions = {}): LabelTable {
  const { classes = HPA_CLASSES, file, idColumn = 'Id', onDuplicate = 'error' } = options;
  checkClasses(classes);
  const table = parseCsv(text, file);
  const read = labelReader(table, classes, options);
  const rows = rowsById(table, columnIndex(table, idColumn, file), file);
  if (onDuplicate !== 'merge')
    refuseDuplicates(rows, file, "Remove one, or pass onDuplicate: 'merge' to join their labels");
  const labels = new Uint8Array(rows.size * classes.length);
  [...rows.values()].forEach((rowsOfId, i) => {
    for (const { row, cells } of rowsOfId) {
      try {
        read(cells).forEach((hot, k) => {
          if (hot) labels[i * classes.length + k] = 1;
        });
      } catch (error) {
        throw withContext(error, { file, row });
      }
    }
  });
  return { ids: [...rows.keys()], labels };
}

/** One column of a table, by id, such as the group of each sample. */
export function parseColumnById(
  text: string,
  column: string,
  { file, idColumn = 'Id' }: Pick<LabelTableOptions, 'file' | 'idColumn'> = {},
): Map<string, string> {
  const table = parseCsv(text, file);
  const value = columnIndex(table, column, file);
  const rows = rowsById(table, columnIndex(table, idColumn, file), file);
  refuseDuplicates(rows, file, 'Remove one');
  return new Map([...rows].map(([id, [first]]) => [id, first!.cells[value]!]));
}

type LabelReader = (cells: readonly string[]) => Uint8Array;

function labelReader(
  table: CsvTable,
  classes: readonly string[],
  { file, targetColumn = 'Target', format = 'indices' }: LabelTableOptions,
): LabelReader {
  if (format === 'columns') {
    const columns = classes.map((name) => columnIndex(table, name, file));
    return (cells) => Uint8Array.from(columns, (column, k) => parseHot(cells[column]!, classes[k]!));
  }
  const parse = Object.hasOwn(PARSERS, format) ? PARSERS[format] : undefined;
  if (!parse)
    throw new TypeError(`format must be indices, names or columns. Received ${JSON.stringify(format)}.`);
  const target = columnIndex(table, targetColumn, file);
  return (cells) => parse(cells[target]!, classes);
}

const PARSERS = { indices: parseTarget, names: parseNames };

function parseNames(text: string, classes: readonly string[]): Uint8Array {
  const names = text.split(/[;|]/).map((name) => name.trim());
  const filled = names.filter((name) => name !== '');
  const twice = filled.find((name, i) => filled.indexOf(name) !== i);
  if (twice !== undefined)
    throw new HpaError('label-invalid', `The label "${twice}" stands twice in "${text}"`);
  return namesToMultiHot(filled, classes);
}

/** Spreadsheets and data frames write 0 and 1 in these ways. */
const HOT: Readonly<Record<string, number>> = { '0': 0, '1': 1, '0.0': 0, '1.0': 1, false: 0, true: 1 };

function parseHot(cell: string, name: string): number {
  const hot = Object.hasOwn(HOT, cell.toLowerCase()) ? HOT[cell.toLowerCase()] : undefined;
  if (hot === undefined)
    throw new HpaError('label-invalid', `The column "${name}" must hold 0 or 1. Received "${cell}"`);
  return hot;
}

/** The rows of each id, in the order in which the ids first occur. */
function rowsById({ rows }: CsvTable, idIndex: number, file: string | undefined): Map<string, CsvRow[]> {
  const byId = new Map<string, CsvRow[]>();
  for (const row of rows) {
    const id = row.cells[idIndex]!;
    if (id === '') throw new HpaError('csv-invalid', 'The id is empty', { file, row: row.row });
    const earlier = byId.get(id);
    if (earlier) earlier.push(row);
    else byId.set(id, [row]);
  }
  return byId;
}

function refuseDuplicates(
  rows: ReadonlyMap<string, readonly CsvRow[]>,
  file: string | undefined,
  remedy: string,
): void {
  for (const [id, [first, second]] of rows)
    if (second)
      throw new HpaError(
        'csv-invalid',
        `The id "${id}" stands there twice, first in row ${first!.row}. ${remedy}`,
        { file, row: second.row },
      );
}
