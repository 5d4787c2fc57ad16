/** safetensors files, with headers that may lie. */
import { formulaWeight } from '../formula';

export interface TensorBytes {
  shape: readonly number[];
  values: Float32Array;
}

/** A header and what follows it. */
export function withHeader(header: string, body: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

export function makeSafetensors(tensors: Readonly<Record<string, TensorBytes>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const [key, { shape, values }] of Object.entries(tensors)) {
    header[key] = { dtype: 'F32', shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const body = new Uint8Array(at);
  at = 0;
  for (const { values } of Object.values(tensors)) {
    body.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  const text = JSON.stringify(header);
  // Values at multiples of eight bytes, as the library writes them.
  return withHeader(text.padEnd(Math.ceil(text.length / 8) * 8), body);
}

/** PyTorch's weights as test/golden/torch_backbones.py makes them. */
export function torchFile(keys: Readonly<Record<string, number[]>>, prefix = ''): Uint8Array {
  const tensors = Object.entries(keys).map(([key, shape]) => {
    const last = key.split('.').at(-1)!;
    const isKernel = shape.length > 1 && last === 'weight';
    const isScale = ['weight', 'running_var', 'gamma', 'layer_scale'].includes(last);
    const size = shape.reduce((product, side) => product * side, 1);
    const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
    const kind = isKernel ? 'kernel' : isScale ? 'scale' : 'shift';
    return [prefix + key, { shape, values: formulaWeight(key, size, kind, fanIn) }] as const;
  });
  return makeSafetensors(Object.fromEntries(tensors));
}
