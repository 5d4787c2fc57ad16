import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HPA_CLASSES, parseColumnById, parseTarget, Random, submissionParts, type Prediction } from 'hpa-kit';
import { writeSubmission } from 'hpa-kit/node';
import { failure } from '../failure';
import { hasRealData, realData } from '../real-data';

describe.skipIf(!hasRealData)('a submission to the competition', () => {
  it('has the sample submission’s header, ids and order, and labels as indices', async () => {
    const sample = await readFile(realData('labels/sample_submission.csv'), 'utf8');
    const expectedIds = [...parseColumnById(sample, 'Predicted', {}).keys()];
    expect(expectedIds).toHaveLength(11_702);
    const random = new Random(1, 'predictions');
    const predictions: Prediction[] = expectedIds
      .map((id) => ({ id, labels: HPA_CLASSES.filter(() => random.bool(0.06)), probabilities: {} }))
      .reverse();
    const dir = await mkdtemp(join(tmpdir(), 'hpa-kit-submission-'));
    try {
      const file = join(dir, 'submission.csv');
      await writeSubmission(file, { ...submissionParts(predictions), expectedIds });
      const [header, ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\n');
      const [sampleHeader, ...sampleRows] = sample.trimEnd().split(/\r?\n/);
      expect(header).toBe(sampleHeader);
      const firstColumn = (lines: string[]) => lines.map((line) => line.split(',')[0]);
      expect(firstColumn(rows)).toEqual(firstColumn(sampleRows));
      const byId = new Map(predictions.map(({ id, labels }) => [id, labels]));
      for (const row of rows) {
        const [id, target] = row.split(',') as [string, string];
        const hot = parseTarget(target);
        expect(HPA_CLASSES.filter((_, k) => hot[k])).toEqual(byId.get(id));
      }
      const short = { ...submissionParts(predictions.slice(1)), expectedIds };
      expect(await failure(writeSubmission(file, short))).toMatchObject({
        code: 'submission-invalid',
        sample: predictions[0]!.id,
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
