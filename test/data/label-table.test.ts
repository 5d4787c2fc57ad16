import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { HpaError } from 'hpa-kit';
import { isHpaError, parseColumnById, parseLabelTable } from 'hpa-kit';
import { hasRealData, realData } from '../real-data';

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
    ['a label out of range', 'Id,Target\na,1\n\nb,28\n', 'label-invalid', 4, 'from 0 to 27. Received "28"'],
    ['a negative label', 'Id,Target\na,-1\n', 'label-invalid', 2, 'Received "-1"'],
    ['a label that is no integer', 'Id,Target\na,1.5\n', 'label-invalid', 2, 'Received "1.5"'],
    ['labels between commas', 'Id,Target\n\na,"1,5"\n', 'label-invalid', 3, 'Received "1,5"'],
    ['a label that stands twice', 'Id,Target\n"a\nb",3\nc,3 3\n', 'label-invalid', 4, 'Label 3 stands twice'],
    [
      'an id that stands there twice',
      'Id,Target\na,1\n\na,2\n',
      'csv-invalid',
      4,
      '"a" stands there twice, first in row 2',
    ],
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

  it('takes an empty target for no label', () => {
    expect(parseLabelTable('Id,Target\na,\nb," "\n').labels.indexOf(1)).toBe(-1);
  });

  it('takes columns that differ in case alone, if there is only one', () => {
    expect(parseLabelTable('ID, target\na,3\n').labels[3]).toBe(1);
    expect(parseLabelTable('target,Id,Target\n1,a,3\n').labels[3]).toBe(1);
    expect(failure(() => parseLabelTable('ID,id,Target\n1,a,3\n')).message).toMatch(/no column "Id"/);
  });

  it('joins the labels of repeated ids on request', () => {
    const text = 'Id,Target\na,1\nb,2\na,3 1\n';
    const { ids, labels } = parseLabelTable(text, { onDuplicate: 'merge', classes: ['p', 'q', 'r', 's'] });
    expect(ids).toEqual(['a', 'b']);
    expect(labels).toEqual(Uint8Array.of(0, 1, 0, 1, 0, 0, 1, 0));
  });

  it('reads class names', () => {
    const options = { format: 'names' } as const;
    const { labels } = parseLabelTable(
      'Id,Target\na,Cytosol; Rods & rings\nb,\nc,Nucleoli|Aggresome\n',
      options,
    );
    const hot = [...labels.keys()].filter((i) => labels[i]);
    expect(hot).toEqual([25, 27, 56 + 2, 56 + 24]);
    expect(failure(() => parseLabelTable('Id,Target\na,cytosol\n', options))).toMatchObject({
      code: 'label-invalid',
      row: 2,
      message: expect.stringMatching(/"cytosol" is none of the classes/) as string,
    });
    expect(failure(() => parseLabelTable('Id,Target\n\na,Cytosol;Cytosol\n', options))).toMatchObject({
      row: 3,
    });
  });

  it('reads a column for each class', () => {
    const options = { format: 'columns', classes: ['p', 'q'] } as const;
    const { labels } = parseLabelTable('q,Id,p,note\n1,a,0.0,x\nTrue,b,1,y\n', options);
    expect(labels).toEqual(Uint8Array.of(0, 1, 1, 1));
    expect(failure(() => parseLabelTable('Id,p,q\na,0,2\n', options))).toMatchObject({
      code: 'label-invalid',
      row: 2,
      message: expect.stringMatching(/column "q" must hold 0 or 1. Received "2"/) as string,
    });
    expect(failure(() => parseLabelTable('Id,p\na,0\n', options)).message).toMatch(/no column "q".*Id, p/);
  });

  it('refuses formats that there are not', () => {
    const options = { format: 'json' as 'names' };
    expect(() => parseLabelTable('Id,Target\na,1\n', options)).toThrow(/format must be.*"json"/);
  });

  it.skipIf(!hasRealData)('reads the competition table', () => {
    const { ids, labels } = parseLabelTable(readFileSync(realData('labels/train.csv'), 'utf8'));
    expect(ids).toHaveLength(31072);
    const positives = (k: number) => ids.reduce((sum, _, i) => sum + labels[i * 28 + k]!, 0);
    expect([0, 25, 27].map(positives)).toEqual([12885, 8228, 11]);
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
