/** Makes zeros around an image, a layer of their own in tfjs, part of the convolutions that take it. */
import type { OnnxGraph } from './onnx-graph';

export function foldPadding(graph: OnnxGraph): void {
  for (const pad of graph.nodes.filter(({ op }) => op === 'Pad')) {
    const convolutions = graph.usersOf(pad.output);
    if (!convolutions.every((user) => user?.op === 'Conv')) continue;
    const [, , top, left, , , bottom, right] = Array.from(graph.arrays.get(pad.inputs[1]!)!.data, Number);
    const around = [top!, left!, bottom!, right!];
    for (const node of convolutions) {
      const pads = node!.attributes.pads as readonly number[];
      node!.attributes = { ...node!.attributes, pads: pads.map((side, i) => side + around[i]!) };
    }
    graph.bypass(pad);
  }
}
