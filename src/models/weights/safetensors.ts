/**
 * Hugging Face's safetensors: eight bytes that say how long the header is, the header in JSON, and the values
 * (https://github.com/huggingface/safetensors#format).
 */
import { HpaError } from '../../errors';
import { brief, briefJson } from './brief';
import { inNamedLayers } from './file-layers';
import { FLOAT_BYTES, toFloat32, type FloatType } from './floats';
import { duplicateKey } from './json-keys';
import { isShape, isSizes } from './shape';
import type { WeightEntry, WeightFile } from './weight-file';

/** The largest networks have 200 kB. */
const MAX_HEADER_BYTES = 2 ** 24;

const FLOATS: Readonly<Record<string, FloatType>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};
/** Bytes of one element of the others, which may be in a file where nothing asks for them. */
const OTHERS: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, F8_E8M0: 1, F8_E4M3FNUZ: 1, F8_E5M2FNUZ: 1 },
  ...{ U16: 2, I16: 2, U32: 4, I32: 4, U64: 8, I64: 8, C64: 8 },
};

/** Words of Keras: in a file that has one for every array, names are Keras's. */
const KERAS_KEY = /^(.+)\/((?:depthwise_|pointwise_)?kernel|bias|gamma|beta|moving_mean|moving_variance)$/;

/** Names of timm's EfficientNets and MobileNets, which torchvision gives others; it has no networks else that differ. */
const TIMM_KEY = /(^|\.)(conv_stem|blocks\.0\.0)\./;

/** Whether the bytes begin like a safetensors file. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length >= 10 && bytes[8] === 0x7b && bytes[6] === 0 && bytes[7] === 0;
}

/** @throws HpaError `weights-invalid` */
export function readSafetensors(bytes: Uint8Array, file: string): WeightFile {
  const { tensors } = parseSafetensors(bytes, file);
  const isKeras = tensors.length > 0 && tensors.every(({ key }) => KERAS_KEY.test(key));
  const entries = tensors.map(({ key, shape, dtype, bytes: values }): WeightEntry => {
    const read = () => {
      const type = FLOATS[dtype];
      if (!type)
        throw new HpaError('weights-unsupported', `${brief(key)} is of type ${dtype}, not floating-point`, {
          file,
        });
      return toFloat32(values, type);
    };
    return { key, shape, read: () => Promise.resolve().then(read) };
  });
  const isTimm = tensors.some(({ key }) => TIMM_KEY.test(key));
  const convention = isKeras ? 'keras' : isTimm ? 'timm' : 'torch';
  return {
    ...{ file, format: 'safetensors', convention, isOrdered: false },
    entries: isKeras ? inNamedLayers(entries) : entries,
  };
}

/** One array of a file. */
export interface SafeTensor {
  key: string;
  /** As the format calls it, such as `F32`. */
  dtype: string;
  shape: number[];
  /** A view of the file. */
  bytes: Uint8Array;
}

/**
 * The arrays of a file, in its header's order, and the header's free text, unchecked.
 *
 * @throws HpaError `weights-invalid`
 */
export function parseSafetensors(
  bytes: Uint8Array,
  file: string,
): { metadata: unknown; tensors: SafeTensor[] } {
  const { header, start } = readHeader(bytes, file);
  const { __metadata__: metadata, ...arrays } = header as Record<string, unknown>;
  const tensors = Object.entries(arrays).map(([key, value]) => describe(key, value, file));
  checkPlaces(tensors, bytes.length - start, file);
  return {
    metadata,
    tensors: tensors.map(({ key, dtype, shape, begin, end }) => {
      return { key, dtype, shape, bytes: bytes.subarray(start + begin, start + end) };
    }),
  };
}

function readHeader(bytes: Uint8Array, file: string): { header: object; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8))
    throw damaged(`Its header has ${length} bytes, more than the file`, file);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw damaged(`Its header has ${length} bytes, more than the ${MAX_HEADER_BYTES} that are allowed`, file);
  const start = 8 + Number(length);
  const text = new TextDecoder().decode(bytes.subarray(8, start));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw damaged('Its header is no JSON', file, cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged('Its header is no object', file);
  const twice = duplicateKey(text);
  if (twice !== undefined) throw damaged(`It has two arrays named ${briefJson(twice)}`, file);
  return { header, start };
}

interface Tensor {
  key: string;
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

function describe(key: string, value: unknown, file: string): Tensor {
  const { dtype, shape, data_offsets: place } = (value ?? {}) as Record<string, unknown>;
  const bytesEach =
    typeof dtype === 'string' && Object.hasOwn({ ...FLOATS, ...OTHERS }, dtype)
      ? (OTHERS[dtype] ?? FLOAT_BYTES[FLOATS[dtype]!])
      : undefined;
  if (bytesEach === undefined) throw damaged(`${brief(key)} is of the type ${briefJson(dtype)}`, file);
  if (!isShape(shape)) throw damaged(`${brief(key)} has the shape ${briefJson(shape)}`, file);
  if (!isSizes(place) || place.length !== 2) throw damaged(`${brief(key)} lies at ${briefJson(place)}`, file);
  const [begin, end] = place as [number, number];
  if (shape.reduce((product, side) => product * side, bytesEach) !== end - begin)
    throw damaged(
      `${brief(key)} of shape ${shape.join('×')} and type ${String(dtype)} has ${end - begin} bytes`,
      file,
    );
  return { key, dtype: dtype as string, shape, begin, end };
}

/** Every byte belongs to one array, as the format asks. */
function checkPlaces(tensors: readonly Tensor[], size: number, file: string): void {
  let at = 0;
  for (const { key, begin, end } of [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw damaged(`${brief(key)} begins at ${begin}, where ${at} should`, file);
    at = end;
  }
  if (at !== size) throw damaged(`It has ${size} bytes of values, and its header speaks of ${at}`, file);
}

function damaged(reason: string, file: string, cause?: unknown): HpaError {
  return new HpaError('weights-invalid', `The safetensors file is damaged. ${reason}`, { file, cause });
}
