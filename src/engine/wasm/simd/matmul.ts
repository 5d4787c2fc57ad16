/** Matrix products in C: kernels/engine/matmul.c. */
import { util, type KernelConfig, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { wasmKernel } from '../composed/compose';
import { areFloats, runtimeKernel, type WasmRuntime } from '../runtime';

/** `BatchMatMul` in place of tfjs's own, whose transposed products run at a fiftieth of the speed. Inputs `a`, `b`. */
export const batchMatMul = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'a' | 'b'>(
    'BatchMatMul',
    ({ inputs: { a, b }, attrs, runtime }) => multiply(runtime, attrs, { a, b, bounds: BOUNDS['linear']! }),
    stock,
  );

/**
 * `_FusedMatMul` in place of tfjs's own, which gets broadcast batches wrong, and some activations of transposed
 * products. 'prelu' and 'leakyrelu' stay with it.
 */
export const fusedMatMul = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'a' | 'b' | 'bias'>(
    '_FusedMatMul',
    ({ inputs: { a, b, bias }, attrs, runtime }) => {
      const activation = (attrs['activation'] as string | undefined) ?? 'linear';
      const then = wasmKernel(KERNELS[activation] ?? '');
      const bounds = BOUNDS[then ? 'linear' : activation];
      const product = bounds && multiply(runtime, attrs, { a, b, bias, bounds });
      if (!product || !then) return product;
      const { backend } = runtime;
      const result = then.kernelFunc({ inputs: { x: product }, attrs: {}, backend });
      backend.disposeData(product.dataId);
      return result;
    },
    stock,
  );

const KERNELS: Readonly<Record<string, string>> = { sigmoid: 'Sigmoid', elu: 'Elu' };
const BOUNDS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  linear: [-Infinity, Infinity],
  relu: [0, Infinity],
  relu6: [0, 6],
};

interface Product {
  /** [...batch, rows, inner], or [...batch, inner, rows] where it is transposed. */
  a: TensorInfo;
  /** [...batch, inner, columns], or [...batch, columns, inner] where it is transposed. */
  b: TensorInfo;
  /** [columns] */
  bias?: TensorInfo | undefined;
  bounds: readonly [low: number, high: number];
}

function multiply(
  runtime: WasmRuntime,
  attrs: Readonly<NamedAttrMap>,
  { a, b, bias, bounds }: Product,
): TensorInfo | undefined {
  const [transposeA, transposeB] = [Boolean(attrs['transposeA']), Boolean(attrs['transposeB'])];
  const [rows, inner] = matrix(a, transposeA);
  const [innerOfB, columns] = matrix(b, transposeB);
  if (inner !== innerOfB || !areFloats(a, b, bias)) return undefined;
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== columns)) return undefined;
  const [batchShapeA, batchShapeB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [batchA, batchB] = [util.sizeFromShape(batchShapeA), util.sizeFromShape(batchShapeB)];
  // One matrix for a whole batch is taken here; other broadcasts stay with tfjs.
  const sameBatch = util.arraysEqual(batchShapeA, batchShapeB);
  if (!sameBatch && Math.min(batchA, batchB) !== 1) return undefined;
  const batchShape = sameBatch || batchB === 1 ? batchShapeA : batchShapeB;
  if (batchShape.length < Math.max(batchShapeA.length, batchShapeB.length)) return undefined;

  const out = runtime.output([...batchShape, rows, columns]);
  // The rows of a whole batch are one matrix if they meet the same B.
  const isOne = batchB === 1 && !transposeA;
  multiplyAt(runtime, {
    ...(isOne ? { batch: 1, rows: batchA * rows } : { batch: Math.max(batchA, batchB), rows }),
    columns,
    inner,
    nextA: batchA > 1 ? rows * inner : 0,
    nextB: batchB > 1 ? inner * columns : 0,
    transposeA,
    transposeB,
    a: runtime.addressOf(a),
    b: runtime.addressOf(b),
    bias: bias && runtime.addressOf(bias),
    out: out.address,
    bounds,
  });
  return out.info;
}

/** A product of matrices that lie at addresses, for kernels that are one. */
export interface ProductAt {
  /** @default 1 */
  batch?: number;
  rows: number;
  columns: number;
  inner: number;
  /** Floats from one A to the next; 0 where the batch shares one. @default 0 */
  nextA?: number;
  /** Floats from one B to the next; 0 where the batch shares one. @default 0 */
  nextB?: number;
  /** Whether A is [inner, rows] rather than [rows, inner]. */
  transposeA: boolean;
  /** Whether B is [columns, inner] rather than [inner, columns]. */
  transposeB: boolean;
  a: number;
  b: number;
  /** [columns] */
  bias?: number | undefined;
  /** [batch, rows, columns] */
  out: number;
  /** What the result is cut off at. @default [-Infinity, Infinity] */
  bounds?: readonly [low: number, high: number];
}

/** Multiplies. Takes the runtime's scratch space. */
export function multiplyAt(runtime: WasmRuntime, product: ProductAt): void {
  const { batch = 1, rows, columns, inner, nextA = 0, nextB = 0, transposeA, transposeB } = product;
  const sizes = [batch, rows, columns, inner, nextA, nextB, Number(transposeA), Number(transposeB)];
  runtime.writeInts(runtime.scratch(SHAPE_BYTES), sizes);
  const floats = runtime.exports['matmul_scratch_floats']!(runtime.scratch(SHAPE_BYTES));
  const shape = runtime.scratch(SHAPE_BYTES + 4 * floats);
  runtime.writeInts(shape, sizes);
  runtime.exports['matmul']!(
    runtime.pool,
    shape,
    product.a,
    product.b,
    product.bias ?? 0,
    product.out,
    ...(product.bounds ?? [-Infinity, Infinity]),
    shape + SHAPE_BYTES,
  );
}

/** The last two dimensions, turned round if the matrix is transposed. */
function matrix({ shape }: TensorInfo, transposed: boolean): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

const SHAPE_BYTES = 64;
