import { describe, expect, it } from 'vitest';
import type { HpaError } from 'hpa-kit';
import { isHpaError, parseColumnById, parseLabelTable } from 'hpa-kit';

function failure(run: () => unknown): HpaError {
  try {
    run();
  } catch (error) {
    if (isHpaError(error)) return error;
    throw error;
  }
  throw new Error('Expected an HpaError');
}

describe('parseLabelTable', () => {
  it('reads ids and labels whatever the line ends, quotes, blank rows and byte order mark', () => {
    const { ids, labels } = parseLabelTable('\uFEFFId,Target\r\n"a, 1",25 21\r\n\r\nb,"0"\r\nc,\r\n');
    expect(ids).toEqual(['a, 1', 'b', 'c']);
    expect([labels[21], labels[25], labels[28], labels.reduce((a, b) => a + b)]).toEqual([1, 1, 1, 3]);
  });

  it('takes other columns and classes', () => {
    const { ids, labels } = parseLabelTable('n,x,y\n1,a,0 1\n', {
      idColumn: 'x',
      targetColumn: 'y',
      classes: ['p', 'q'],
    });
    expect(ids).toEqual(['a']);
    expect(labels).toEqual(Uint8Array.of(1, 1));
  });

  it.each([
    ['a label out of range', 'Id,Target\na,1\n\nb,28\n', 'label-invalid', 4, '"28"'],
    ['an id that stands there twice', 'Id,Target\na,1\na,2\n', 'csv-invalid', 3, '"a" stands there twice'],
    ['an empty id', 'Id,Target\n,1\n', 'csv-invalid', 2, 'empty'],
    ['a row with too many cells', 'Id,Target\na,1,2\n', 'csv-invalid', 2, 'Expected 2 cells, received 3'],
    ['an unclosed quote', 'Id,Target\n"a,1\n', 'csv-invalid', 2, 'uote'],
  ])('names the row of %s', (_, text, code, row, message) => {
    const error = failure(() => parseLabelTable(text, { file: 'train.csv' }));
    expect(error).toMatchObject({ code, row, file: 'train.csv' });
    expect(error.message).toContain(message);
  });

  it('lists the columns when one is missing', () => {
    expect(failure(() => parseLabelTable('id,label\na,1\n')).message).toMatch(
      /no column "Target".*id, label/,
    );
    expect(failure(() => parseLabelTable('')).message).toMatch(/empty/);
  });

  it('reads one column by id', () => {
    expect(parseColumnById('Id,g\na,1\nb,2\n', 'g')).toEqual(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
  });
});
