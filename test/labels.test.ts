import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { formatTarget, HPA_CLASSES, HpaError, multiHotToNames, namesToMultiHot, parseTarget } from 'hpa-kit';

describe('labels', () => {
  it('knows the 28 classes of the task by index', () => {
    expect(HPA_CLASSES).toHaveLength(28);
    expect([0, 7, 15, 25, 27].map((i) => HPA_CLASSES[i])).toEqual([
      'Nucleoplasm',
      'Golgi apparatus',
      'Microtubule ends',
      'Cytosol',
      'Rods & rings',
    ]);
  });

  it('reads Target text in any order and with any white space', () => {
    const hot = parseTarget(' 25  21\t0 ');
    expect(hot).toHaveLength(28);
    expect(formatTarget(hot)).toBe('0 21 25');
    expect(multiHotToNames(hot)).toEqual(['Nucleoplasm', 'Plasma membrane', 'Cytosol']);
    expect(parseTarget('').every((value) => value === 0)).toBe(true);
  });

  it('goes from multi-hot to text and names and back, for any class list', () => {
    const classes = ['a', 'b b', 'c', 'd', 'e'];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 5, max: 1 }), (hot) => {
        expect(parseTarget(formatTarget(hot), classes)).toEqual(hot);
        expect(namesToMultiHot(multiHotToNames(hot, classes), classes)).toEqual(hot);
      }),
    );
  });

  it.each(['28', '-1', '1.5', 'x', '1e1', '0x1', '3 3', '99999999999999999999'])(
    'refuses the label "%s"',
    (text) => {
      expect(() => parseTarget(text)).toThrow(HpaError);
      expect(() => parseTarget(text)).toThrow(text.split(' ')[0]!);
    },
  );

  it('names an unknown class', () => {
    expect(() => namesToMultiHot(['Cytosoll'])).toThrow(/"Cytosoll" is none of the classes/);
    expect(() => multiHotToNames([1, 0])).toThrow(RangeError);
  });
});
