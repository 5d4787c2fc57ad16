/** What a client is told when its request fails: a status, a code for programs and a sentence, never the server's insides. */
import { isHpaError, type HpaErrorCode } from 'hpa-kit';

export interface ErrorAnswer {
  status: number;
  error: { code: string; message: string; file?: string | undefined; channel?: string | undefined };
}

/** A request that can't be served as it is. */
export class RequestError extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
    readonly file?: string,
    readonly channel?: string,
  ) {
    super(message);
  }
}

const STATUS: Partial<Record<HpaErrorCode, number>> = {
  'file-missing': 400,
  'file-too-large': 413,
  'image-too-large': 413,
  // The network has scored a blank image before the server is ready, so these pixels are to blame.
  'score-invalid': 422,
  'queue-full': 503,
  'worker-failed': 503,
};

/** What the bytes of an image have wrong. */
const IMAGE_CODE = /^(png|tiff|jpeg|image|pixel)-/;

export function answerOf(error: unknown): ErrorAnswer {
  if (isHpaError(error)) {
    const { code, message, file, channel } = error;
    const status = STATUS[code] ?? (IMAGE_CODE.test(code) ? 422 : 500);
    if (status !== 500) return { status, error: { code, message, file, channel } };
  }
  const { statusCode = 500, code = '', message = '', file, channel } = error as Partial<RequestError>;
  if (statusCode < 500 || error instanceof RequestError)
    return { status: statusCode, error: { code, message, file, channel } };
  return { status: 500, error: { code: 'internal', message: 'The server failed; its log says why' } };
}
