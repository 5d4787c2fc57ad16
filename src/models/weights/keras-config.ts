/** The names and classes of layers in a Keras model's config.json. Nothing else of it is looked at, and nothing is run. */
import { HpaError } from '../../errors';

export interface ConfigLayer {
  name: string;
  /** In Keras's snake case. */
  layerClass: string;
  /** Where it stands among the model's layers. */
  order: number;
  /** Those of a nested model. */
  layers: ConfigLayer[];
}

const MAX_DEPTH = 16;

/** @throws HpaError `weights-invalid` */
export function readKerasConfig(bytes: Uint8Array, file: string): ConfigLayer[] {
  let config: unknown;
  try {
    config = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new HpaError('weights-invalid', 'Its config.json is no JSON', { file, cause });
  }
  return layersOf(config, file, 0);
}

function layersOf(model: unknown, file: string, depth: number): ConfigLayer[] {
  if (depth > MAX_DEPTH) throw new HpaError('weights-invalid', 'Models are nested too deep', { file });
  const layers = valueOf(valueOf(model, 'config'), 'layers');
  if (!Array.isArray(layers)) return [];
  return layers.map((layer: unknown, order) => {
    const [name, kind] = [valueOf(valueOf(layer, 'config'), 'name'), valueOf(layer, 'class_name')];
    const layerClass = toSnakeCase(typeof kind === 'string' ? kind : '');
    return {
      name: typeof name === 'string' ? name : layerClass,
      layerClass,
      order,
      layers: layersOf(layer, file, depth + 1),
    };
  });
}

/** A property that is the object's own. */
function valueOf(object: unknown, key: string): unknown {
  const isObject = typeof object === 'object' && object !== null && !Array.isArray(object);
  return isObject && Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

/** `conv2d_95` is the 95th `conv2d` of those that Keras counts, and `conv2d` the 0th. */
export function splitCount(name: string): { kind: string; number: number } {
  const [, kind = name, number = '0'] = /^(.*?)(?:_(\d+))?$/.exec(name) ?? [];
  return { kind, number: Number(number) };
}

/** `SeparableConv2D` is `separable_conv2d`, as Keras makes names of classes. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
