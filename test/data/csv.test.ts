import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCsv, formatCsv, parseCsv } from '../../src/data/sources/csv';
import { failure } from '../failure';

const refusal = (run: () => unknown) => failure(Promise.resolve().then(run));

describe('parseCsv', () => {
  it.each([
    ['plain rows', 'a,b\n1,2\n3,4\n', [2, 3]],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n', [2, 3]],
    ['CR alone', 'a,b\r1,2\r3,4', [2, 3]],
    ['all kinds of line ends, with quotes', 'a,b\n"1",2\r\n3,"4"\r\n', [2, 3]],
    ['a byte order mark before a quote', '\uFEFF"a",b\n1,2\n3,4\n', [2, 3]],
    ['blank rows, before the header too', '\n\na,b\n\n1,2\n , \n,\n3,4\n\n\n', [5, 8]],
    ['line breaks in quotes', 'a,"b\nc"\n"1","2\n\n2"\n3,4\n', [3, 6]],
    ['CRLF in quotes', 'a,"b\r\nc"\r\n"1","2\r\n2"\r\n3,4\r\n', [3, 5]],
  ])('counts lines as an editor does: %s', (_, text, lines) => {
    const { rows } = parseCsv(text);
    expect(rows.map(({ row }) => row)).toEqual(lines);
    expect(rows.map(({ cells }) => cells[0])).toEqual(['1', '3']);
  });

  it('trims cells, keeps quoted commas and quotes', () => {
    expect(parseCsv(' a , b\n"x, ""y""" , z \n')).toEqual({
      columns: ['a', 'b'],
      rows: [{ row: 2, cells: ['x, "y"', 'z'] }],
    });
  });

  it.each([
    ['too many cells', 'a,b\n\n1,2\n1,2,3\n', 4, /Expected 2 cells, received 3/],
    ['too few cells, after a quoted line break', 'a,b\n"1\n1",2\n1\n', 4, /Expected 2 cells, received 1/],
    ['a quote that is never closed', 'a,b\n1,2\n\n"3,4\n5,6\n', 4, /opened and never closed/],
    ['a quote that goes on', 'a,b\n1,2\n"3"x,4\n', 3, /quote/i],
    ['NUL characters', 'a,b\n1,\x002\n', 2, /NUL.*UTF-16/],
    ['semicolons', 'Id;Target\na;1\n', 1, /separated by semicolons/],
    ['tabs', '\nId\tTarget\na\t1\n', 2, /separated by tabs/],
    ['bars', 'Id|Target\na|1\n', 1, /separated by bars/],
    ['two columns of one name', 'a,b,a\n1,2,3\n', 1, /column "a" stands there twice/],
    ['nothing', '', undefined, /empty/],
    ['blank rows alone', '\n , \n', undefined, /empty/],
  ])('refuses %s', async (_, text, row, message) => {
    const error = await refusal(() => parseCsv(text, 'train.csv'));
    expect(error).toMatchObject({ code: 'csv-invalid', file: 'train.csv' });
    expect(error.row).toBe(row);
    expect(error.message).toMatch(message);
  });

  it('reads what formatCsv writes, with each row on its line', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ';', 'é') }).map((s) => `<${s}>`);
    const rows = fc.array(fc.tuple(cell, cell), { maxLength: 8 });
    fc.assert(
      fc.property(rows, (written) => {
        const text = formatCsv(['x', 'y'], written);
        const read = parseCsv(text).rows;
        expect(read.map(({ cells }) => cells)).toEqual(written);
        for (const [i, { row }] of read.entries()) {
          const before = formatCsv(['x', 'y'], written.slice(0, i));
          expect(row).toBe(before.split('\n').length);
        }
      }),
      { seed: 5 },
    );
  });
});

describe('decodeCsv', () => {
  const utf16 = (text: string) => new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le'));

  it('reads UTF-8 with and without a byte order mark', () => {
    expect(decodeCsv(new TextEncoder().encode('\uFEFFé'))).toBe('é');
    expect(decodeCsv(new TextEncoder().encode('é'))).toBe('é');
  });

  it.each([
    ['UTF-16', utf16('Id,Target'), /UTF-16 \(LE\).*UTF-8/],
    ['big-endian UTF-16', utf16('Id,Target').map((_, i, all) => all[i ^ 1]!), /UTF-16 \(BE\)/],
    ['Latin-1', Uint8Array.of(73, 100, 0xfc), /not UTF-8/],
  ])('refuses %s', async (_, bytes, message) => {
    const error = await refusal(() => decodeCsv(bytes, 'train.csv'));
    expect(error).toMatchObject({ code: 'csv-invalid', file: 'train.csv' });
    expect(error.message).toMatch(message);
  });
});
