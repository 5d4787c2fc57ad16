/** How PyTorch names the layers of an architecture. */
import { HpaError } from '../../errors';
import type { RegistryEntry } from '../registry/entry';
import type { TorchNames } from '../torch-names/torch-names';

/** @throws HpaError `weights-unsupported` where that is not known */
export async function torchNamesOf(architecture: string, file: string): Promise<TorchNames> {
  // The registry imports what builds models, and that imports this.
  const { registry } = await import('../registry/index');
  const entry = Object.hasOwn(registry, architecture)
    ? (registry[architecture as keyof typeof registry] as RegistryEntry)
    : undefined;
  if (!entry)
    throw new HpaError(
      'weights-unsupported',
      `The weights have PyTorch's names, and the model is called "${architecture}", which is no name of the registry. ` +
        'Say which backbone it is by the option architecture',
      { file },
    );
  if (!entry.torchNames)
    throw new HpaError(
      'weights-unsupported',
      `The weights have PyTorch's names, and for ${architecture} only Keras's are known`,
      { file },
    );
  return entry.torchNames();
}
