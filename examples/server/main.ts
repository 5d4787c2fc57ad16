/**
 * Serves a saved predictor over HTTP: run `npm start` first, then `npm run example -- examples/server/main.ts`, then
 * `curl -F red=@a_red.png -F green=@a_green.png -F blue=@a_blue.png -F yellow=@a_yellow.png localhost:8080/predict`.
 */
import { parseArgs } from 'node:util';
import { loadPredictor } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { createApp } from './app.ts';

const text = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({
  options: {
    predictor: text('out/predictor'),
    host: text('127.0.0.1'),
    port: text('8080'),
    'max-batch': text('16'),
    'max-wait-ms': text('10'),
    'max-queued': text('256'),
    'timeout-ms': text('30000'),
  },
});

async function load() {
  await useEngine();
  return loadPredictor(values.predictor);
}

const app = createApp(load(), {
  maxBatch: Number(values['max-batch']),
  maxWaitMs: Number(values['max-wait-ms']),
  maxQueued: Number(values['max-queued']),
  timeoutMs: Number(values['timeout-ms']),
  logger: true,
});
for (const name of ['SIGTERM', 'SIGINT'])
  process.once(name, () => {
    app.log.info(`${name}: answering what is under way`);
    void app.close();
  });
await app.listen({ host: values.host, port: Number(values.port) });
