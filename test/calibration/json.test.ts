import fc from 'fast-check';
import {
  calibrationFromJson,
  calibrationToJson,
  HPA_CLASSES,
  isHpaError,
  type Calibration,
  type ClassCalibration,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { anyCalibration } from './arbitraries';

const classes = ['Nucleoplasm', 'Rods & rings', 'Zellkörper "π"', 'd'];
const calibration: Calibration = {
  method: 'isotonic',
  from: 'probabilities',
  parameters: [
    { method: 'isotonic', scores: [0.1, 0.2, 0.7], probabilities: [0, 1 / 3, 1] },
    { method: 'platt', slope: 0.1 + 0.2, intercept: -1e-300 },
    { method: 'temperature', temperature: 1.5 },
    { method: 'identity' },
  ],
  warnings: ['class 3: 0 positives, fewer than 10, so identity'],
};
const json = calibrationToJson(calibration, { classes });

/** Reading must fail as a bad file, with nothing but an HpaError. */
function expectRefused(text: string, names: readonly string[] = classes) {
  const read = () => calibrationFromJson(text, names);
  expect(read).toThrow(expect.toSatisfy((error: unknown) => isHpaError(error, 'calibration-invalid')));
  return expect(read);
}
/** The file with something else in it. */
const changed = (
  change: (file: Record<string, unknown> & { classes: Record<string, unknown>[] }) => void,
) => {
  const file = JSON.parse(json) as Record<string, unknown> & { classes: Record<string, unknown>[] };
  change(file);
  return JSON.stringify(file);
};

describe('a calibration file', () => {
  test('names format, version, method and classes, a class a line', () => {
    expect(JSON.parse(json)).toMatchObject({
      format: 'hpa-kit/calibration',
      version: 1,
      method: 'isotonic',
      from: 'probabilities',
    });
    expect(json).toContain(
      '\n    {"class":"Rods & rings","method":"platt","slope":0.30000000000000004,"intercept":-1e-300},\n',
    );
    expect(json.endsWith('}\n')).toBe(true);
  });

  test('comes back bit for bit', () => {
    expect(calibrationFromJson(json, classes)).toEqual(calibration);
    fc.assert(
      fc.property(anyCalibration, (any) => {
        const names = any.parameters.map((_, k) => `class ${k}`);
        expect(calibrationFromJson(calibrationToJson(any, { classes: names }), names)).toEqual(any);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps any class name', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', ''));
    fc.assert(
      fc.property(fc.array(name, { minLength: 4, maxLength: 4 }), (names) => {
        expect(calibrationFromJson(calibrationToJson(calibration, { classes: names }), names)).toEqual(
          calibration,
        );
      }),
    );
  });

  test('is not written wrong', () => {
    expect(() => calibrationToJson(calibration, { classes: HPA_CLASSES })).toThrow(
      new RangeError('the calibration must have one value for each of the 28 classes. Received 4'),
    );
    const parameters: ClassCalibration[] = [{ method: 'temperature', temperature: Infinity }];
    expect(() => calibrationToJson({ ...calibration, parameters }, { classes: ['a'] })).toThrow(
      new RangeError('parameters of class 0 are not valid: temperature must be finite and above 0'),
    );
  });
});

describe('reading refuses', () => {
  test('what is no such file', () => {
    expectRefused(json.slice(0, 40)).toThrow('the calibration file is not JSON');
    expectRefused('').toThrow('not JSON');
    for (const text of ['null', '7', '[]', '{}', json.replace('/calibration', '/thresholds')])
      expectRefused(text).toThrow('not a calibration file');
    expectRefused(changed((file) => Object.assign(file, { classes: {} }))).toThrow('not a calibration file');
  });

  test('other versions', () => {
    const version = (value: unknown) => changed((file) => (file.version = value));
    expectRefused(version(2)).toThrow('the calibration file has version 2; this hpa-kit reads version 1');
    expectRefused(version('1')).toThrow('version "1"');
    expectRefused(version({ toString: 1 })).toThrow('version an object');
    expectRefused(version(undefined)).toThrow('version undefined');
  });

  test('other classes', () => {
    expectRefused(json, classes.slice(1)).toThrow('the calibration file is for 4 classes, the model has 3');
    expectRefused(json, classes.toReversed()).toThrow(
      'the calibration file is for other classes: class 0 is "Nucleoplasm" there and "d" here',
    );
    const withoutName = changed((file) => delete file.classes[2]!.class);
    expectRefused(withoutName).toThrow('class 2 is undefined there and "Zellkörper \\"π\\"" here');
    expectRefused(changed((file) => (file.classes[1] = null as never))).toThrow('class 1 is undefined there');
    const long = changed((file) => (file.classes[0]!.class = 'x'.repeat(1e6)));
    expectRefused(long).toThrow(/^.{0,200}$/);
  });

  test.each<[string, (row: Record<string, unknown>[], file: Record<string, unknown>) => void, string]>([
    [
      'no method',
      (_, file) => delete file.method,
      'method of the calibration file must be one of "temperature"',
    ],
    ['another method', (_, file) => (file.method = 'beta'), 'It is "beta"'],
    ['no kind of score', (_, file) => delete file.from, 'from of the calibration file must be one of'],
    ['warnings that are no texts', (_, file) => (file.warnings = [1]), 'must be an array of strings'],
    ['no warnings', (_, file) => delete file.warnings, 'must be an array of strings'],
    [
      'a class without method',
      (rows) => delete rows[1]!.method,
      'parameters of class 1, "Rods & rings", are not valid: method must be',
    ],
    ['a missing slope', (rows) => delete rows[1]!.slope, 'slope must be finite and at least 0'],
    ['a slope of null', (rows) => (rows[1]!.slope = null), 'slope must be'],
    ['a slope below 0', (rows) => (rows[1]!.slope = -1), 'slope must be'],
    ['a missing intercept', (rows) => delete rows[1]!.intercept, 'intercept must be finite'],
    ['a temperature that is text', (rows) => (rows[2]!.temperature = '1'), 'temperature must be'],
    ['a temperature of 0', (rows) => (rows[2]!.temperature = 0), 'temperature must be'],
    ['scores that do not rise', (rows) => (rows[0]!.scores = [0.1, 0.1, 0.7]), 'scores must rise'],
    ['scores outside 0 to 1', (rows) => (rows[0]!.scores = [0.1, 0.2, 7]), 'scores must lie in 0 to 1'],
    ['no scores', (rows) => Object.assign(rows[0]!, { scores: [], probabilities: [] }), 'at least one'],
    ['a score of null', (rows) => (rows[0]!.scores = [0.1, null, 0.7]), 'scores must be finite'],
    ['probabilities that fall', (rows) => (rows[0]!.probabilities = [0, 0.5, 0.4]), 'must not fall'],
    ['a probability too few', (rows) => (rows[0]!.probabilities = [0, 0.5]), 'as many as scores'],
    ['a probability above 1', (rows) => (rows[0]!.probabilities = [0, 0.5, 2]), 'must lie in 0 to 1'],
  ])('%s', (_, change, message) => {
    expectRefused(
      changed((file) => {
        change(file.classes, file);
      }),
    ).toThrow(message);
  });

  test('numbers too large for a double', () => {
    expectRefused(json.replace('"temperature":1.5', '"temperature":1e999')).toThrow('temperature must be');
  });
});

describe('a hostile file does no harm', () => {
  test('keys of the prototype', () => {
    const row = '{"class":"a","__proto__":{"method":"identity"},"constructor":1}';
    const file = (rows: string) =>
      `{"format":"hpa-kit/calibration","version":1,"method":"platt","from":"logits","warnings":[],"__proto__":{"polluted":1},"classes":[${rows}]}`;
    expectRefused(file(row), ['a']).toThrow('method must be');
    const read = calibrationFromJson(
      file('{"class":"a","method":"identity","__proto__":{"polluted":1},"more":2}'),
      ['a'],
    );
    expect(read).toEqual({
      method: 'platt',
      from: 'logits',
      parameters: [{ method: 'identity' }],
      warnings: [],
    });
    expect(Object.keys(read.parameters[0]!)).toEqual(['method']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('deep nesting, in whichever field', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expectRefused(deep);
    const places = [
      '"hpa-kit/calibration"',
      '1',
      '"isotonic"',
      '"probabilities"',
      '"Nucleoplasm"',
      '[0.1,0.2,0.7]',
      '0.30000000000000004',
    ];
    for (const place of places) {
      const at = json.indexOf(`:${place}`) === -1 ? `: ${place}` : `:${place}`;
      expect(json).toContain(at);
      expectRefused(json.replace(at, `:${deep}`));
    }
  });

  test('very many numbers', () => {
    const many = JSON.stringify(Array.from({ length: 300_000 }, (_, i) => i / 300_000));
    const long = json.replace('[0.1,0.2,0.7]', many);
    expectRefused(long).toThrow('as many as scores');
    const both = long.replace(/"probabilities":\[[^\]]*\]/, `"probabilities":${many}`);
    expect(calibrationFromJson(both, classes).parameters[0]).toMatchObject({ method: 'isotonic' });
  });

  test('any JSON anywhere is refused or read as a calibration', () => {
    const base = JSON.parse(json) as { classes: object[] };
    const field = fc.constantFrom('format', 'version', 'method', 'from', 'warnings', 'classes', '__proto__');
    const inRow = fc.constantFrom(
      'class',
      'method',
      'temperature',
      'slope',
      'intercept',
      'scores',
      'probabilities',
    );
    const value = fc.jsonValue({ maxDepth: 4 });
    const text = fc.oneof(
      fc.json(),
      fc.tuple(field, value).map(([key, any]) => JSON.stringify({ ...base, [key]: any })),
      fc.tuple(fc.nat(3), inRow, value).map(([k, key, any]) =>
        JSON.stringify({
          ...base,
          classes: base.classes.map((row, i) => (i === k ? { ...row, [key]: any } : row)),
        }),
      ),
      fc
        .tuple(fc.nat(json.length), fc.nat(20), fc.string())
        .map(([at, length, other]) => json.slice(0, at) + other + json.slice(at + length)),
    );
    let refused = 0;
    fc.assert(
      fc.property(text, (any) => {
        try {
          // What is read can be written and read again.
          const read = calibrationFromJson(any, classes);
          expect(calibrationFromJson(calibrationToJson(read, { classes }), classes)).toEqual(
            JSON.parse(JSON.stringify(read)),
          );
        } catch (error) {
          if (!isHpaError(error, 'calibration-invalid')) throw error;
          refused++;
        }
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });
});
