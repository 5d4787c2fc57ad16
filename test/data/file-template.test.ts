import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHpaError } from 'hpa-kit';
import { checkChannels, FileLayout } from '../../src/data/sources/file-template';

/** Text of what is dangerous in paths and in regular expressions. */
const text = fc.string({
  unit: fc.constantFrom('a', '_', '.', '/', '\\', ':', '$', '{', '}', '(', '+', '%', '\0'),
});
const template = fc.constantFrom(
  '{id}_{channel}.png',
  '{channel}/{id}',
  '{id}/{channel}.tif',
  '.{id}',
  'x/{id}{channel}',
);

describe('FileLayout', () => {
  it('never leaves the folder, whatever the id and channel, on any system', () => {
    let made = 0;
    fc.assert(
      fc.property(template, text, text, (pattern, id, channel) => {
        let path: string;
        try {
          checkChannels([channel]);
          path = new FileLayout([channel], pattern).fileName(id, channel);
        } catch (error) {
          expect(isHpaError(error, 'id-unsafe') || error instanceof TypeError).toBe(true);
          return;
        }
        made++;
        for (const system of [posix, win32]) {
          const inside = system.relative('d', system.join('d', path));
          expect(inside.split(system.sep).join('/')).toBe(path);
        }
        expect(new URL(path.split('/').map(encodeURIComponent).join('/'), 'http://h/d/').pathname).toMatch(
          /^\/d\/./,
        );
      }),
      { seed: 3, numRuns: 2000 },
    );
    expect(made).toBeGreaterThan(100);
  });

  it('finds the id again in the names that it makes', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', '_', '.', '$', '(', '+', '-'), minLength: 1 });
    let made = 0;
    fc.assert(
      fc.property(
        template,
        plain,
        plain,
        fc.constantFrom('', 'train/', 'x/y/'),
        (pattern, id, channel, folder) => {
          fc.pre(![id, channel].some((name) => name === '.' || name === '..'));
          const layout = new FileLayout([channel], pattern);
          const path = layout.fileName(id, channel);
          const found = layout.match(folder + path);
          expect(layout.fileName(found!.id, channel)).toBe(path);
          if (pattern !== '{id}/{channel}.tif') expect(found).toEqual({ folder, id });
          made++;
        },
      ),
      { seed: 3, numRuns: 500 },
    );
    expect(made).toBeGreaterThan(300);
  });

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', '/a', 'C:', 'C:x', 'a\n', '\0', 'a\x7f'])(
    'refuses the id %j',
    (id) => {
      expect(() => new FileLayout(['c']).fileName(id, 'c')).toThrow(/could leave the folder/);
    },
  );

  it('keeps ids with percent signs and dollars as they are', () => {
    expect(new FileLayout(['{id}']).fileName('%2e%2e$&{channel}', '{id}')).toBe('%2e%2e$&{channel}_{id}.png');
  });

  it('tells ids and channels with underscores apart, and takes the longer channel where two fit', () => {
    const layout = new FileLayout(['er', 'anti_er', 'dapi']);
    const idOf = (file: string) => layout.match(file)?.id;
    expect(['p_1_dapi.png', 'p_1_er.png', 'p_1_anti_er.png'].map(idOf)).toEqual(['p_1', 'p_1', 'p_1']);
    expect(['p_1_actin.png', 'p_1_dapi.png.bak', 'dapi.png', '_dapi.png', 'p_1_dapi_png'].map(idOf)).toEqual(
      Array(5).fill(undefined),
    );
  });

  it('asks names that come again to be the same', () => {
    const layout = new FileLayout(['r', 'g'], '{id}/{id}_{channel}/{channel}.png');
    expect(layout.match('a/a_r/r.png')?.id).toBe('a');
    expect(layout.match('a/b_r/r.png')).toBeUndefined();
    expect(layout.match('a/a_r/g.png')).toBeUndefined();
  });

  it('takes a path for each channel', () => {
    const layout = new FileLayout(['r', 'er'], { r: 'rgb/{id}.jpg', er: 'er/{id}.tif' });
    expect([layout.fileName('a', 'r'), layout.fileName('a', 'er')]).toEqual(['rgb/a.jpg', 'er/a.tif']);
    expect(layout.match('er/b.tif')?.id).toBe('b');
    expect(['rgb', 'er', 'other'].map((name) => layout.hasFolder(name, 0))).toEqual([true, true, false]);
    expect(layout.hasFolder('rgb', 1)).toBe(false);
  });

  it.each([
    ['{channel}.png', /must hold \{id\}/],
    ['{id}_{stain}.png', /nothing else in braces/],
    ['{id}_{channel', /nothing else in braces/],
    ['../{id}.png', /stays in its folder/],
    ['/data/{id}.png', /stays in its folder/],
    ['a//{id}.png', /stays in its folder/],
    ['C:/{id}.png', /stays in its folder/],
    ['a\\{id}.png', /stays in its folder/],
    [{ d: '{id}.png' }, /file name for each channel. There is none for c/],
  ])('refuses the template %j', (pattern, message) => {
    expect(() => new FileLayout(['c'], pattern as string)).toThrow(TypeError);
    expect(() => new FileLayout(['c'], pattern as string)).toThrow(message);
  });

  it('refuses channels that could leave the folder only where they are part of names', () => {
    expect(() => new FileLayout(['../c'])).toThrow(/channels must be plain names/);
    expect(() => new FileLayout(['..'], '{channel}/{id}')).toThrow(/stays in its folder/);
    expect(new FileLayout(['a/b'], '{id}.tif').fileName('x', 'a/b')).toBe('x.tif');
  });
});

describe('checkChannels', () => {
  it.each([
    [[], /at least one/],
    [['a', ''], /non-empty/],
    [['a', 'b', 'a'], /"a" stands there twice/],
  ])('refuses %j', (channels: string[], message) => {
    expect(() => {
      checkChannels(channels);
    }).toThrow(message);
  });
});
