import { describe, expect, test } from 'vitest';
import { PLANE_RULES, resolvePlane } from '../../src/image/planes';

describe('resolvePlane', () => {
  test("'hpa-v18' puts each stain in the plane of its colour, yellow in red's", () => {
    const planes = ['red', 'green', 'blue', 'yellow'].map((channel) => resolvePlane('hpa-v18', channel));
    expect(planes).toEqual([0, 1, 2, 0]);
    expect(Object.isFrozen(PLANE_RULES['hpa-v18'])).toBe(true);
  });

  test('a record says it for any names', () => {
    expect(resolvePlane({ dapi: 2, er: 0 }, 'dapi')).toBe(2);
  });

  test('what is unknown is refused with what is known', () => {
    expect(() => resolvePlane('hpa-v18', 'dapi')).toThrow(
      new RangeError(
        'channel must be one of the rule \'hpa-v18\': red, green, blue, yellow. Received "dapi".',
      ),
    );
    expect(() => resolvePlane({ er: 0 }, 'toString')).toThrow(
      new RangeError('channel must be one that planes names: er. Received "toString".'),
    );
    expect(() => resolvePlane('hpa-v20' as 'hpa-v18', 'red')).toThrow(
      new RangeError('planes must be one of hpa-v18, or the plane of each channel. Received "hpa-v20".'),
    );
  });

  test.each([-1, 0.5, NaN])('the plane %s is refused', (plane) => {
    expect(() => resolvePlane({ er: plane }, 'er')).toThrow(RangeError);
  });
});
