/** The distinct convolutions of the networks that this package has, or will have, as backbones. */

export interface Layer {
  network: string;
  /** Height and width of the input. */
  size: number;
  inChannels: number;
  filter: [height: number, width: number];
  outChannels: number;
  stride: number;
  pad: 'same' | 'valid' | number;
  /** How many of them the network has. */
  count: number;
}

type Row = [
  size: number,
  inChannels: number,
  filter: string,
  outChannels: number,
  stride?: number,
  pad?: Layer['pad'],
  count?: number,
];

const network = (name: string, rows: Row[]): Layer[] =>
  rows.map(([size, inChannels, filter, outChannels, stride = 1, pad = 'same', count = 1]) => ({
    network: name,
    size,
    inChannels,
    filter: filter.split('×').map(Number) as [number, number],
    outChannels,
    stride,
    pad,
    count,
  }));

/** As `32@3×3/2` on 147×147×32: what the layer is called in the table. */
export const nameOf = ({ size, inChannels, filter, outChannels, stride, pad }: Layer): string =>
  `${size}²×${inChannels} → ${outChannels}@${filter.join('×')}${stride > 1 ? `/${stride}` : ''}` +
  (pad === 'valid' ? ' valid' : '');

export const LAYERS: Layer[] = [
  ...network('haltufBaseline', [
    [192, 4, '3×3', 8, 1, 'valid'],
    [190, 8, '3×3', 8, 1, 'valid'],
    [188, 8, '3×3', 16, 1, 'valid'],
    [93, 16, '3×3', 16],
    [93, 16, '5×5', 16],
    [93, 16, '7×7', 16],
    [93, 16, '1×1', 16],
    [46, 64, '3×3', 32, 1, 'valid'],
    [22, 32, '3×3', 64, 1, 'valid'],
    [10, 64, '3×3', 128, 1, 'valid'],
  ]),
  ...network('ResNet18', [
    [224, 3, '7×7', 64, 2, 3],
    [56, 64, '3×3', 64, 1, 'same', 4],
    [56, 64, '3×3', 128, 2, 1],
    [56, 64, '1×1', 128, 2, 0],
    [28, 128, '3×3', 128, 1, 'same', 3],
    [28, 128, '3×3', 256, 2, 1],
    [28, 128, '1×1', 256, 2, 0],
    [14, 256, '3×3', 256, 1, 'same', 3],
    [14, 256, '3×3', 512, 2, 1],
    [14, 256, '1×1', 512, 2, 0],
    [7, 512, '3×3', 512, 1, 'same', 3],
  ]),
  ...network('InceptionResNetV2', [
    [299, 3, '3×3', 32, 2, 'valid'],
    [149, 32, '3×3', 32, 1, 'valid'],
    [147, 32, '3×3', 64],
    [73, 64, '1×1', 80],
    [73, 80, '3×3', 192, 1, 'valid'],
    // Mixed 5b
    [35, 192, '1×1', 96],
    [35, 192, '1×1', 48],
    [35, 48, '5×5', 64],
    [35, 192, '1×1', 64, 1, 'same', 2],
    [35, 64, '3×3', 96],
    [35, 96, '3×3', 96],
    // Block 35
    [35, 320, '1×1', 32, 1, 'same', 30],
    [35, 32, '3×3', 32, 1, 'same', 10],
    [35, 32, '3×3', 48, 1, 'same', 10],
    [35, 48, '3×3', 64, 1, 'same', 10],
    [35, 128, '1×1', 320, 1, 'same', 10],
    // Mixed 6a
    [35, 320, '3×3', 384, 2, 'valid'],
    [35, 320, '1×1', 256],
    [35, 256, '3×3', 256],
    [35, 256, '3×3', 384, 2, 'valid'],
    // Block 17
    [17, 1088, '1×1', 192, 1, 'same', 20],
    [17, 1088, '1×1', 128, 1, 'same', 20],
    [17, 128, '1×7', 160, 1, 'same', 20],
    [17, 160, '7×1', 192, 1, 'same', 20],
    [17, 384, '1×1', 1088, 1, 'same', 20],
    // Mixed 7a
    [17, 1088, '1×1', 256, 1, 'same', 3],
    [17, 256, '3×3', 384, 2, 'valid'],
    [17, 256, '3×3', 288, 2, 'valid'],
    [17, 256, '3×3', 288],
    [17, 288, '3×3', 320, 2, 'valid'],
    // Block 8
    [8, 2080, '1×1', 192, 1, 'same', 20],
    [8, 192, '1×3', 224, 1, 'same', 10],
    [8, 224, '3×1', 256, 1, 'same', 10],
    [8, 448, '1×1', 2080, 1, 'same', 10],
    [8, 2080, '1×1', 1536],
  ]),
];
