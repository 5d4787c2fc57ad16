/** A graph of ONNX operators while it is being built: nodes in the order they run, and the arrays that they use. */

export type OnnxAttribute = number | string | readonly number[];

export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  /** Names of values and arrays; each operator of ours has one output. */
  inputs: string[];
  output: string;
  /** Whole numbers; those in `floats` are single-precision instead. */
  attributes: Readonly<Record<string, OnnxAttribute>>;
  readonly floats: Readonly<Record<string, number>>;
}

export interface OnnxArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface NodeOptions {
  attributes?: Readonly<Record<string, OnnxAttribute>>;
  floats?: Readonly<Record<string, number>>;
}

export const INPUT = 'images';
export const OUTPUT = 'scores';

export class OnnxGraph {
  nodes: OnnxNode[] = [];
  readonly arrays = new Map<string, OnnxArray>();
  private readonly names = new Set([INPUT, OUTPUT]);

  /** Adds an operator, named after the layer that it serves, and gives the name of its output. */
  add(op: string, layer: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const { attributes = {}, floats = {} } = options;
    const name = this.unique(layer);
    this.nodes.push({ op, name, inputs: [...inputs], output: name, attributes, floats });
    return name;
  }

  /** Adds an array under this name or one like it. */
  array(name: string, shape: readonly number[], data: Float32Array | BigInt64Array): string {
    const unique = this.unique(name);
    this.arrays.set(unique, { shape, data });
    return unique;
  }

  scalar(name: string, value: number): string {
    return this.array(name, [], Float32Array.of(value));
  }

  integers(name: string, values: readonly number[]): string {
    return this.array(name, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** The weights of this name, which must be floats. */
  floatArray(name: string | undefined): { shape: readonly number[]; data: Float32Array } | undefined {
    const array = name === undefined ? undefined : this.arrays.get(name);
    return array?.data instanceof Float32Array ? { shape: array.shape, data: array.data } : undefined;
  }

  /** The nodes that take this value, and `undefined` for whoever takes the graph's output. */
  usersOf(value: string): (OnnxNode | undefined)[] {
    const users: (OnnxNode | undefined)[] = this.nodes.filter(({ inputs }) => inputs.includes(value));
    return value === OUTPUT ? [...users, undefined] : users;
  }

  /** Takes a node out: what took its output takes its first input. */
  bypass(node: OnnxNode): void {
    this.nodes = this.nodes.filter((other) => other !== node);
    this.rename(node.output, node.inputs[0]!);
    if (node.output === OUTPUT) this.finish(node.inputs[0]!);
  }

  /** Lets the graph end in this value. */
  finish(value: string): void {
    const last = this.nodes.find(({ output }) => output === value);
    if (!last) throw new Error(`No node gives ${value}`);
    last.output = OUTPUT;
    this.rename(value, OUTPUT);
  }

  private rename(value: string, to: string): void {
    for (const node of this.nodes) node.inputs = node.inputs.map((name) => (name === value ? to : name));
  }

  private unique(wanted: string): string {
    let name = wanted;
    for (let n = 1; this.names.has(name); n++) name = `${wanted}_${n}`;
    this.names.add(name);
    return name;
  }
}
