/** Functions that keep NaN. WGSL leaves open what exp and log make of it: on some adapters a number. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { replacement, runProgram } from './program';

// tfjs's own formulas; `a` is no NaN here.
const FORMULAS: Record<string, string> = {
  Elu: 'return select(exp(a) - 1.0, a, a >= 0.0);',
  Exp: 'return exp(a);',
  Expm1: 'return exp(a) - 1.0;',
  Log: `if (a < 0.0) { return uniforms.NAN; }
    if (a == 0.0) { return -uniforms.INFINITY; }
    return log(a);`,
  Relu6: 'return clamp(a, 0.0, 6.0);',
  Sigmoid: 'return 1.0 / (1.0 + exp(-a));',
  Softplus: `if (a > 13.9) { return a; }
    if (a < -13.9) { return exp(a); }
    return log(exp(a) + 1.0);`,
};

/** The functions between weights and loss that may lose NaN. */
export const NAN_KEEPING = Object.keys(FORMULAS);

/**
 * A unary kernel that gives NaN for NaN, so that a training that has diverged shows in its loss: tfjs's own
 * sigmoid of NaN is 0 on a software adapter, and the loss looks healthy.
 */
export function keepsNaN(stock: KernelConfig): KernelConfig {
  return replacement(stock, (call, compute) => {
    const x = call.inputs['x']!;
    if (x.dtype !== 'float32' || call.backend.shouldExecuteOnCPU([x])) return compute(call);
    return runProgram(call.backend, {
      name: stock.kernelName,
      inputs: { x },
      outputShape: x.shape,
      functions: `
        fn unary(a : f32) -> f32 {
          if (isnan(a)) { return uniforms.NAN; }
          ${FORMULAS[stock.kernelName]!}
        }`,
      body: 'setOutputAtIndex(index, unary(f32(x[index])));',
    });
  });
}
