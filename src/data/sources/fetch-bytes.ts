/** A file from the network: bounded in size, given up when it stalls, tried again when that may help. */
import { HpaError, isHpaError, throwIfAborted } from '../../errors';
import { fileTooLarge } from './file-size';
import { pause } from './pause';

export interface FetchOptions {
  /** What to fetch with. @default the platform's fetch */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Sent with each request, such as an `authorization`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /**
   * How often to try again after network errors and the statuses 408, 425, 429 and 5xx: after 0.25, 0.5, 1, …
   * seconds, or when the server's `retry-after` says, but no later than after 30 s.
   *
   * @default 3
   */
  retries?: number | undefined;
  /** Give up on a server that sends nothing for so long. @default 60 */
  stallSeconds?: number | undefined;
}

/** What a caller other than a source adds. */
export interface FetchWatch {
  /** Called for the answer and for each piece of the body, with the bytes come so far; from 0 again when tried again. */
  onReceived?: ((received: number, announced: number | undefined) => void) | undefined;
  /** What the bound is called in messages. @default 'maxFileBytes' */
  boundName?: string;
}

const FIRST_DELAY_SECONDS = 0.25;
const MAX_DELAY_SECONDS = 30;
const PASSING_STATUSES = new Set([408, 425, 429]);

/** Something that may be over when it is tried again. */
class PassingFailure extends Error {
  constructor(
    message: string,
    readonly retryAfterSeconds?: number,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** @throws RangeError for retries and seconds that can't be */
export function checkFetchOptions({ retries = 3, stallSeconds = 60 }: FetchOptions): void {
  if (!Number.isInteger(retries) || retries < 0)
    throw new RangeError(`retries must be an integer from 0. Received ${retries}.`);
  if (!(stallSeconds > 0)) throw new RangeError(`stallSeconds must be positive. Received ${stallSeconds}.`);
}

/**
 * The bytes at a URL.
 *
 * @throws HpaError `file-missing` for 404 and 410, `fetch-failed` for other refusals and when the retries are
 *   used up, `file-too-large`, `aborted`
 */
export async function fetchBytes(
  url: string,
  maxFileBytes: number,
  options: FetchOptions,
  signal?: AbortSignal,
  watch: FetchWatch = {},
): Promise<Uint8Array> {
  const { retries = 3 } = options;
  resolveUrl(url);
  for (let attempt = 0; ; attempt++) {
    throwIfAborted(signal, 'Fetching a file');
    try {
      return await attemptFetch(url, maxFileBytes, options, signal, watch);
    } catch (error) {
      throwIfAborted(signal, 'Fetching a file');
      if (isHpaError(error)) throw error;
      const failure = error instanceof PassingFailure ? error : undefined;
      if (attempt === retries) {
        const times = retries === 0 ? '' : `, also when tried ${attempt + 1} times`;
        const reason = `The file can't be fetched${times}: ${messageOf(error)}`;
        throw new HpaError('fetch-failed', reason, { file: url, cause: error });
      }
      const delay = failure?.retryAfterSeconds ?? FIRST_DELAY_SECONDS * 2 ** attempt;
      await pause(Math.min(delay, MAX_DELAY_SECONDS), signal);
    }
  }
}

async function attemptFetch(
  url: string,
  maxFileBytes: number,
  { fetch = globalThis.fetch, headers = {}, stallSeconds = 60 }: FetchOptions,
  signal: AbortSignal | undefined,
  { onReceived, boundName }: FetchWatch,
): Promise<Uint8Array> {
  const attempt = new AbortController();
  const stalled = () => {
    attempt.abort(new PassingFailure(`nothing came for ${stallSeconds} s`));
  };
  let timer = setTimeout(stalled, stallSeconds * 1000);
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(stalled, stallSeconds * 1000);
  };
  try {
    const either = signal ? AbortSignal.any([signal, attempt.signal]) : attempt.signal;
    const response = await fetch(url, { headers, signal: either });
    restart();
    if (!response.ok) throw refusal(response, url);
    const declared = declaredBytes(response);
    const onTotal = (total: number) => {
      restart();
      if (total > maxFileBytes) throw fileTooLarge(total, maxFileBytes, url, boundName);
    };
    if (declared !== undefined) onTotal(declared);
    onReceived?.(0, declared);
    const bytes = await readBody(response, (total) => {
      onTotal(total);
      onReceived?.(total, declared);
    });
    if (declared !== undefined && bytes.length < declared)
      throw new PassingFailure(`${bytes.length} bytes came of the ${declared} that were announced`);
    return bytes;
  } finally {
    clearTimeout(timer);
    // Closes the connection where the body has not been read to its end.
    attempt.abort();
  }
}

/** The size that the response announces for what `readBody` gives: unknown for bodies that are compressed. */
function declaredBytes({ headers }: Response): number | undefined {
  const length = headers.get('content-length');
  return length !== null && /^\d+$/.test(length) && !headers.get('content-encoding')
    ? Number(length)
    : undefined;
}

function refusal({ status, headers }: Response, url: string): Error {
  if (status === 404 || status === 410)
    return new HpaError('file-missing', `There is no such file: the server answered ${status}`, {
      file: url,
    });
  const seconds = Number(headers.get('retry-after') ?? NaN);
  if (PASSING_STATUSES.has(status) || status >= 500)
    return new PassingFailure(`the server answered ${status}`, seconds >= 0 ? seconds : undefined);
  return new HpaError('fetch-failed', `The server answered ${status}`, { file: url });
}

async function readBody(response: Response, onTotal: (bytes: number) => void): Promise<Uint8Array> {
  if (!response.body) {
    const whole = new Uint8Array(await response.arrayBuffer());
    onTotal(whole.length);
    return whole;
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    total += value.length;
    onTotal(total);
    chunks.push(value);
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A URL, absolute or from the page's on. @throws HpaError `fetch-failed` for what is none */
export function resolveUrl(url: string): URL {
  if (!URL.canParse(url, pageUrl())) throw new HpaError('fetch-failed', 'This is no URL', { file: url });
  return new URL(url, pageUrl());
}

/** What relative URLs start from: the page, where there is one. */
export function pageUrl(): string | undefined {
  return (globalThis as { location?: { href: string } }).location?.href;
}

/** What fetch says is often only "fetch failed"; what it means is in the cause. */
function messageOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? `${message} (${cause.message})` : message;
}
