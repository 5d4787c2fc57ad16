/** The tables of a source, wherever their files are. */
import type { SourceTables } from './file-source';
import type { LabelTableOptions } from './label-table';

/** Where labels and groups come from; `Table` is what names a CSV there, such as a path. */
export interface TableOptions<Table> extends Pick<
  LabelTableOptions,
  'classes' | 'idColumn' | 'targetColumn' | 'format' | 'onDuplicate'
> {
  /** The CSV with the columns `Id,Target`; without it, every sample there is, unlabelled. */
  labels?: Table | undefined;
  /** A CSV with an `Id` column and the column that names each sample's group. */
  groups?: { file: Table; column: string } | undefined;
}

/** Reads and parses them. @throws HpaError `csv-invalid`, `label-invalid` with the row; what `read` throws */
export async function readTables<Table>(
  options: TableOptions<Table>,
  read: (table: Table) => Promise<{ name: string; bytes: Uint8Array }>,
): Promise<SourceTables> {
  const { labels, groups, classes, idColumn, targetColumn, format, onDuplicate } = options;
  if (labels === undefined && !groups) return {};
  // Pages that only predict have no tables.
  const [{ decodeCsv }, { parseColumnById, parseLabelTable }] = await Promise.all([
    import('./csv'),
    import('./label-table'),
  ]);
  const text = async (table: Table) => {
    const { name: file, bytes } = await read(table);
    return { file, text: decodeCsv(bytes, file) };
  };
  const tables: SourceTables = {};
  if (labels !== undefined) {
    const { file, text: csv } = await text(labels);
    const columns = { classes, idColumn, targetColumn, format, onDuplicate };
    tables.labels = parseLabelTable(csv, { ...columns, file });
  }
  if (groups) {
    const { file, text: csv } = await text(groups.file);
    tables.groups = { file, byId: parseColumnById(csv, groups.column, { file, idColumn }) };
  }
  return tables;
}
