import { Random, type CellImage, type ImageSource } from 'hpa-kit';

/** Random images made from their index, with a count of how often each was loaded. */
export function memorySource(count: number, size = 8, numClasses = 3): ImageSource & { loads: number[] } {
  const classes = Array.from({ length: numClasses }, (_, k) => `class ${k}`);
  const loads = new Array<number>(count).fill(0);
  const random = new Random(count, 'labels');
  return {
    name: 'memory',
    ids: Array.from({ length: count }, (_, i) => `s${i}`),
    channels: ['red', 'green', 'blue', 'yellow'],
    classes,
    labels: Uint8Array.from({ length: count * numClasses }, () => Number(random.bool(0.4))),
    loads,
    async load(index): Promise<CellImage> {
      loads[index]!++;
      const pixels = new Random(index, 'pixels');
      // Later samples are ready sooner, so that an order that follows the loading would be wrong.
      await new Promise((resolve) => setTimeout(resolve, (count - index) % 5));
      const data = Uint8Array.from({ length: size * size * 4 }, () => pixels.int(256));
      return { width: size, height: size, channels: 4, data };
    },
  };
}
