import { HPA_CLASSES, isHpaError, thresholdsFromJson, thresholdsToJson } from 'hpa-kit';
import { describe, expect, test } from 'vitest';

describe('thresholds as JSON', () => {
  const thresholds = Float64Array.from(HPA_CLASSES, (_, k) => 1 / (k + 3));
  const json = thresholdsToJson({ classes: HPA_CLASSES, thresholds, macroF1: 0.5 });

  test('come back bit for bit', () => {
    expect(thresholdsFromJson(json, HPA_CLASSES)).toEqual(thresholds);
    expect(JSON.parse(json)).toMatchObject({ format: 'hpa-kit/thresholds', version: 1, macroF1: 0.5 });
  });

  const swapped = [HPA_CLASSES[1]!, HPA_CLASSES[0]!, ...HPA_CLASSES.slice(2)];
  test.each([
    ['other classes', json, swapped, 'class 0 is "Nucleoplasm" there and "Nuclear membrane" here'],
    ['fewer classes', json, HPA_CLASSES.slice(1), 'the thresholds file is for 28 classes, the model has 27'],
    ['a later version', json.replace('"version": 1', '"version": 2'), HPA_CLASSES, 'version 2'],
    ['another file', '{"thresholds": []}', HPA_CLASSES, 'not a thresholds file'],
    ['no JSON', json.slice(0, 40), HPA_CLASSES, 'not JSON'],
    [
      'a version that is no number',
      json.replace(': 1', ': {"toString": 1}'),
      HPA_CLASSES,
      'version an object',
    ],
    [
      'a class that is no text',
      json.replace('"Nucleoplasm"', '[[[]]]'),
      HPA_CLASSES,
      'class 0 is an array there',
    ],
    ['deep nesting', '['.repeat(1e5) + ']'.repeat(1e5), HPA_CLASSES, 'thresholds file'],
    [
      'a threshold that is text',
      json.replace(/"threshold":[\d.]+/, '"threshold":"x"'),
      HPA_CLASSES,
      'no finite',
    ],
  ])('refuse %s', (_, text, classes, message) => {
    const read = () => thresholdsFromJson(text, classes);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.toSatisfy((error: unknown) => isHpaError(error, 'thresholds-invalid')));
  });

  test('refuse to be written wrong', () => {
    expect(() => thresholdsToJson({ classes: ['a'], thresholds: [] })).toThrow(
      'one value for each of the 1 classes',
    );
    expect(() => thresholdsToJson({ classes: ['a'], thresholds: [Infinity] })).toThrow('must be finite');
  });
});
