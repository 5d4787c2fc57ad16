/** How PyTorch's models name what Keras's name otherwise. */

/**
 * The keys under which files of torchvision and timm may hold a weight, such as `layer1.0.conv1.weight` for the
 * `kernel` of `conv2_block1_1_conv`; none if there is no such weight.
 *
 * @param weight - `kernel`, `bias`, `gamma`, `beta`, `moving_mean`, `moving_variance`, `depthwise_kernel`,
 *   `pointwise_kernel`
 */
export type TorchNames = (layer: string, weight: string) => readonly string[];

const SUFFIXES: Readonly<Record<string, string>> = {
  kernel: 'weight',
  depthwise_kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** The keys of a weight in the modules of these names. */
export function keysIn(modules: readonly string[], weight: string): string[] {
  const suffix = SUFFIXES[weight];
  return suffix === undefined ? [] : modules.map((module) => `${module}.${suffix}`);
}
