/** `openFiles` needs nothing of a browser but `File`, which Node has too. */
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from 'hpa-kit';
import { openFiles } from 'hpa-kit/browser';
import { failure } from '../failure';

let png: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  const bytes = await encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) });
  png = Uint8Array.from(bytes);
});

/** A file as a page gets it from a chosen folder (`path` with folders) or from a drop. */
function file(path: string, content: BlobPart = png, lastModified = 1): File {
  const made = new File([content], path.split('/').at(-1)!, { lastModified });
  if (path.includes('/')) Object.defineProperty(made, 'webkitRelativePath', { value: path });
  return made;
}

const ONE = { channels: ['p'] };

describe('openFiles', () => {
  it('reads labels and groups from files, and passes over other files', async () => {
    const source = await openFiles([file('a_p.png'), file('note.txt'), file('note.txt')], {
      ...ONE,
      labels: file('train.csv', '\uFEFFId,Target\na,3\n'),
      groups: { file: file('g.csv', 'Id,plate\na,P\n'), column: 'plate' },
    });
    expect([source.ids, source.groups, source.labels!.indexOf(1)]).toEqual([['a'], ['P'], 3]);
    expect((await source.load(0)).data[0]).toBe(7);
  });

  it('finds the samples in a chosen folder, and in folders for channels', async () => {
    const files = [file('top/readme.md'), file('top/p/a.tif'), file('top/q/a.tif')];
    const source = await openFiles(files, { channels: ['p', 'q'], template: '{channel}/{id}.tif' });
    expect(source.ids).toEqual(['a']);
    expect(Array.from((await source.load(0)).data)).toEqual([7, 7]);
  });

  it('says when it cannot tell which file is meant', async () => {
    const twice = await failure(openFiles([file('a_p.png'), file('a_p.png')], ONE));
    expect(twice).toMatchObject({ code: 'file-ambiguous', file: 'a_p.png' });
    const folders = [file('x/a_p.png'), file('y/a_p.png')];
    expect(await failure(openFiles(folders, ONE))).toMatchObject({ code: 'file-ambiguous' });
    expect((await openFiles(folders, { ...ONE, folder: 'y' })).ids).toEqual(['a']);
  });

  it('refuses files above the bound, and tables that are UTF-16', async () => {
    const source = await openFiles([file('a_p.png')], { ...ONE, maxFileBytes: 10 });
    expect(await failure(source.load(0))).toMatchObject({
      code: 'file-too-large',
      file: 'a_p.png',
      sample: 'a',
    });
    const labels = file('train.csv', Uint8Array.of(0xff, 0xfe, 73, 0));
    expect(await failure(openFiles([file('a_p.png')], { ...ONE, labels }))).toMatchObject({
      code: 'csv-invalid',
      file: 'train.csv',
    });
  });

  it('identifies a sample by name, size and date, and by what it holds', async () => {
    const identity = async (given: File) => {
      const found = await (await openFiles([given], ONE)).identify!(0);
      return { stamp: found.stamp, digest: await found.digest() };
    };
    const first = await identity(file('a_p.png'));
    expect(await identity(file('a_p.png'))).toEqual(first);
    const later = await identity(file('a_p.png', png, 2));
    expect([later.stamp === first.stamp, later.digest === first.digest]).toEqual([false, true]);
    const other = await identity(file('a_p.png', png.slice(1)));
    expect([other.stamp === first.stamp, other.digest === first.digest]).toEqual([false, false]);
  });
});
