/** A JPEG's frame, which says its size and components, and its tables. */
import { HpaError } from '../../errors';

export interface JpegComponent {
  readonly id: number;
  /** How many of its samples go to one pixel, across and down: 1, or 2 to 4 for components of less detail. */
  readonly stepX: number;
  readonly stepY: number;
  /** Blocks of 8×8 samples that its image takes. */
  readonly blocks: number;
  /** The same with those that fill up the last units. */
  readonly paddedBlocks: number;
}

export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  /** 1 (greyscale) or 3. */
  readonly components: readonly JpegComponent[];
}

const KINDS: Readonly<Record<number, string>> = {
  0xc3: 'lossless',
  0xc5: 'hierarchical',
  0xc6: 'hierarchical',
  0xc7: 'hierarchical',
  0xc8: 'of a reserved kind',
  0xc9: 'arithmetically coded',
  0xca: 'arithmetically coded',
  0xcb: 'lossless',
  0xcc: 'arithmetically coded',
  0xcd: 'hierarchical',
  0xce: 'hierarchical',
  0xcf: 'hierarchical',
};

/** Reads the body of a frame's segment; `marker` is its second byte. */
export function readFrame(marker: number, body: Uint8Array): JpegFrame {
  if (marker > 0xc2) throw unsupported(`it is ${KINDS[marker]}`);
  if (body.length < 6 || body.length !== 6 + 3 * body[5]!)
    throw invalid(`its frame has ${body.length} bytes for ${body[5] ?? 0} components`);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const [precision, height, width, count] = [body[0]!, view.getUint16(1), view.getUint16(3), body[5]!];
  if (precision !== 8) throw unsupported(`its samples have ${precision} bits`);
  if (width === 0) throw invalid('it is 0 pixels wide');
  if (height === 0) throw unsupported('its height comes after the image');
  if (count === 4) throw unsupported('it has four components, CMYK or YCCK');
  if (count !== 1 && count !== 3) throw unsupported(`it has ${count} components`);

  const factors = Array.from({ length: count }, (_, i) => {
    const [id, sampling, table] = body.subarray(6 + 3 * i, 9 + 3 * i) as unknown as [number, number, number];
    const [h, v] = count === 1 ? [1, 1] : [sampling >> 4, sampling & 15];
    if (h < 1 || h > 4 || v < 1 || v > 4) throw invalid(`component ${id} has sampling factors ${h}×${v}`);
    if (table > 3) throw invalid(`component ${id} has quantization table ${table}`);
    return { id, h, v };
  });
  if (new Set(factors.map(({ id }) => id)).size < count) throw invalid('two components have one name');
  const [maxH, maxV] = [Math.max(...factors.map(({ h }) => h)), Math.max(...factors.map(({ v }) => v))];
  const [unitsX, unitsY] = [Math.ceil(width / 8 / maxH), Math.ceil(height / 8 / maxV)];
  const components = factors.map(({ id, h, v }) => {
    const [stepX, stepY] = [maxH / h, maxV / v];
    if (!Number.isInteger(stepX) || !Number.isInteger(stepY))
      throw unsupported(`component ${id} has ${h}×${v} samples where another has ${maxH}×${maxV}`);
    const blocks = Math.ceil(width / stepX / 8) * Math.ceil(height / stepY / 8);
    return { id, stepX, stepY, blocks, paddedBlocks: unitsX * h * unitsY * v };
  });
  return { width, height, progressive: marker === 0xc2, components };
}

/** Checks that a segment of quantization or Huffman tables holds whole tables. */
export function readTables(body: Uint8Array, areHuffman: boolean): void {
  let at = 0;
  while (at < body.length) {
    const [kind, name] = [body[at]! >> 4, body[at]! & 15];
    if (kind > 1 || name > 3) throw invalid(`it has a table of kind ${kind} and name ${name}`);
    if (areHuffman) at += 17 + body.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    else at += kind === 0 ? 65 : 129;
  }
  if (at !== body.length) throw invalid('a table ends beyond its segment');
}

const invalid = (reason: string) => new HpaError('jpeg-invalid', `the JPEG is damaged: ${reason}`);
const unsupported = (reason: string) =>
  new HpaError(
    'jpeg-unsupported',
    `the JPEG can't be read here: ${reason}. Save it as 8-bit greyscale or RGB`,
  );
