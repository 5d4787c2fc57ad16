/** The HTTP service: routes, limits and what becomes of a request; where it listens is `main.ts`. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyServerOptions } from 'fastify';
import {
  batchQueue,
  type BatchQueue,
  type BatchQueueOptions,
  type Predictor,
  type ReadSampleOptions,
} from 'hpa-kit';
import { decoderPool } from 'hpa-kit/node';
import { answerOf, RequestError } from './errors.ts';
import { readUpload, type UploadLimits } from './upload.ts';

export interface ServiceOptions extends BatchQueueOptions, Partial<UploadLimits> {
  /** Pixels of an image at most. @default 16_777_216 (4096 × 4096) */
  maxPixels?: number | undefined;
  /** Milliseconds from the beginning of an upload to its answer. @default 30_000 */
  timeoutMs?: number | undefined;
  /** Threads that decode. @default as many as there are cores */
  workers?: number | undefined;
  /** As Fastify has it. @default false */
  logger?: FastifyServerOptions['logger'];
}

/** Between measurements of the event loop's delay. */
const RESOLUTION_MS = 5;

const HELP = `POST /predict?id=NAME  multipart: a file for each channel in the fields red, green, blue and yellow,
                      or one with all channels in the field image → { id, labels, probabilities }
GET  /health          whether it is alive
GET  /ready           whether it takes images, and how much it has to do
`;

/**
 * Serves a predictor, which may still be loading; closing the app answers what is under way first, then disposes of it.
 */
export function createApp(
  loading: Predictor | Promise<Predictor>,
  options: ServiceOptions = {},
): FastifyInstance {
  const { maxFileBytes = 2 ** 24, maxBodyBytes = 2 ** 25, maxPixels = 2 ** 24, timeoutMs = 30_000 } = options;
  const { workers, logger = false } = options;
  // Node closes the connection of an upload that never ends; we answer it first.
  const app = fastify({ logger, requestTimeout: 2 * timeoutMs });
  app.removeAllContentTypeParsers();
  app.register(multipart, { throwFileSizeLimit: false });

  const pool = decoderPool(workers === undefined ? {} : { workers });
  const decoder: ReadSampleOptions['decoder'] = (job, settings) => pool({ ...job, maxPixels }, settings);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let predictor: Predictor | undefined;
  let queue: BatchQueue | undefined;
  let closing: ReturnType<typeof setInterval> | undefined;

  app.addHook('onReady', () => {
    void (async () => {
      try {
        const loaded = await loading;
        await loaded.predict(blankOf(loaded));
        predictor = loaded;
        queue = batchQueue(loaded, options);
        app.log.info({ engine: loaded.engine, classes: loaded.classes.length }, 'ready');
      } catch (error) {
        app.log.fatal(error, 'The predictor is of no use');
        await app.close();
        process.exitCode = 1;
      }
    })();
  });
  app.addHook('preClose', () => {
    // Connections that are kept for another request, or never had one, would keep the process.
    closing = setInterval(() => {
      if (!queue?.queued) app.server.closeAllConnections();
    }, 200);
  });
  app.addHook('onClose', async () => {
    clearInterval(closing);
    await queue?.close();
    pool.close();
    delay.disable();
    await predictor?.dispose();
  });

  app.setErrorHandler((error, request, reply) => {
    const { status, error: answer } = answerOf(error);
    if (status === 500) request.log.error(error);
    else request.log.info({ code: answer.code }, answer.message);
    if (status === 503) void reply.header('retry-after', '1');
    if (status === 408) void reply.header('connection', 'close');
    return reply.code(status).send({ error: answer });
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: { code: 'not-found', message: `There is no ${request.method} ${request.url}` } }),
  );

  app.get('/', (_, reply) => reply.type('text/plain').send(HELP));
  app.get('/health', () => ({ status: 'ok' }));
  app.get('/ready', (_, reply) => {
    // It counts the time between its own timers as delay.
    const ms = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e6) - RESOLUTION_MS);
    return reply.code(queue ? 200 : 503).send({
      ready: queue !== undefined,
      engine: predictor?.engine,
      queued: queue?.queued,
      maxQueued: queue?.maxQueued,
      eventLoopDelayMs: { mean: ms(delay.mean), p99: ms(delay.percentile(99)), max: ms(delay.max) },
    });
  });
  app.post<{ Querystring: { id?: string } }>(
    '/predict',
    { schema: { querystring: { type: 'object', properties: { id: { type: 'string', maxLength: 200 } } } } },
    async (request, reply) => {
      if (!predictor || !queue)
        throw new RequestError(503, 'not-ready', 'The predictor is still being loaded');
      if (!request.isMultipart())
        throw new RequestError(415, 'content-type', 'The body must be multipart/form-data, with files');
      if (Number(request.headers['content-length']) > maxBodyBytes)
        throw new RequestError(413, 'body-too-large', `The body has more than ${maxBodyBytes} bytes`);
      const { channels } = predictor.preprocessing;
      const signal = signalOf(reply, timeoutMs);
      const read = () => readUpload(request, channels, { maxFileBytes, maxBodyBytes }, signal);
      try {
        return await queue.predict(read, { id: request.query.id ?? request.id, signal, decoder });
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      }
    },
  );
  return app;
}

/** Aborted when the time is up, or when the client has gone. Fastify's own signal is, too, once the upload is read. */
function signalOf({ raw, request }: FastifyReply, timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(
      request.raw.complete
        ? new RequestError(503, 'timeout', 'There was no time left to predict it')
        : new RequestError(408, 'timeout', `The upload took more than ${timeoutMs} ms`),
    );
  }, timeoutMs);
  raw.once('close', () => {
    clearTimeout(timer);
    controller.abort(new RequestError(499, 'client-gone', 'The client has gone'));
  });
  return controller.signal;
}

/** An image of zeros, with which an engine prepares itself and a broken network shows. */
function blankOf({ preprocessing }: Predictor) {
  const [height, width] = preprocessing.imageSize;
  const channels = preprocessing.channels.length;
  return { width, height, channels, data: new Uint8Array(width * height * channels) };
}
