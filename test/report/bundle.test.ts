import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { renderReport, type ReportInput } from 'hpa-kit/report';

const input: ReportInput = {
  title: 'A run',
  history: [
    { epoch: 1, loss: 0.7, validLoss: 0.8, validMacroF1: 0.1 },
    { epoch: 2, loss: 0.5, validLoss: 0.6, validMacroF1: 0.2 },
  ],
  classes: [{ name: 'Nucleoplasm', f1: 0.7, precision: 0.8, recall: 0.6, support: 12, threshold: 0.3 }],
  samples: [
    {
      id: 'a',
      image: { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) },
      predictedLabels: [],
    },
  ],
};

it('gives the same report where there is neither Node nor a DOM', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../src/report/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    globalName: 'report',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    // As tsup and every bundler for browsers do.
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const bare = createContext({ btoa, setTimeout });
  runInContext(outputFiles[0]!.text, bare);
  expect(
    runInContext(
      `report.renderReport(${JSON.stringify(input, withBytes)})`.replace(/"#(.*?)#"/g, '$1'),
      bare,
    ),
  ).toBe(renderReport(input));
  // The charts are most of it; ECharts as a whole would be 1.1 MB.
  expect(outputFiles[0]!.contents.length).toBeLessThan(750_000);
});

/** Bytes as the expression that makes them, between marks. */
function withBytes(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? `#Uint8Array.of(${[...value].join()})#` : value;
}
