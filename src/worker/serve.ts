/** What a worker does with a job: read what is not read yet, decode, hand the pixels over. */
import { withContext } from '../errors';
import { decodeStack, usersOf, type StackFile, type UnreadFile } from '../image/decode-stack';
import { toPlainError, type JobMessage, type RemoteJob, type ResultMessage } from './protocol';

export type ReadFile = (file: UnreadFile) => Promise<Uint8Array>;

/** Does the job and posts its result, an error included; never rejects. */
export async function serve(
  { id, job }: JobMessage,
  read: ReadFile,
  post: (message: ResultMessage, transfer: ArrayBuffer[]) => void,
): Promise<void> {
  try {
    const files = await Promise.all(job.files.map((file, i) => readFile(file, job, i, read)));
    // This thread has nothing else to do: waiting for zlib's own threads would only take others' cores.
    const image = await decodeStack({ ...job, files }, { inflate: 'sync' });
    post({ id, image }, [image.data.buffer as ArrayBuffer]);
  } catch (error) {
    post({ id, error: toPlainError(error) }, []);
  }
}

async function readFile(
  file: StackFile | UnreadFile,
  job: RemoteJob,
  index: number,
  read: ReadFile,
): Promise<StackFile> {
  if ('bytes' in file) return file;
  try {
    return { name: file.name, bytes: await read(file) };
  } catch (error) {
    throw withContext(error, { file: file.name, sample: job.sample, channel: usersOf(job, index) });
  }
}
