/** What OME-XML, in the description of a TIFF's first page, says of its channels and the order of its pages. */
import { HpaError } from '../../errors';
import { readText, type TiffFile } from './directories';
import { xmlTags, type XmlTag } from './xml-tags';

const DESCRIPTION = 270;
/** A page takes about 200 bytes and three tags. */
const MAX_XML_BYTES = 2 ** 22;
const MAX_TAGS = 2 ** 16;

/** Which channel, focal plane and time a page is of, each from 0. */
export interface OmePlane {
  readonly c: number;
  readonly z: number;
  readonly t: number;
}

/** The first image of an OME-TIFF. */
export interface OmeMetadata {
  /** How many images the file holds; only the first one is described here. */
  readonly images: number;
  /** One a channel, in OME's order; empty text where a channel has no name. */
  readonly channelNames: readonly string[];
  readonly sizeZ: number;
  readonly sizeT: number;
  /** By index of the page; absent for pages that the XML says nothing of. */
  readonly planes: readonly (OmePlane | undefined)[];
}

/**
 * Reads the OME-XML of a file, or `undefined` when it has none.
 *
 * @throws HpaError `tiff-invalid` for one of more than 4 MiB or 65,536 tags
 * @see https://docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff/specification.html
 */
export function readOme(file: TiffFile): OmeMetadata | undefined {
  const xml = readText(file, 0, DESCRIPTION, MAX_XML_BYTES);
  if (!xml || !/<(\w+:)?OME\b/.test(xml.slice(0, 4096))) return undefined;
  const tags: XmlTag[] = [];
  for (const tag of xmlTags(xml)) {
    if (tags.length === MAX_TAGS)
      throw new HpaError('tiff-invalid', `its OME-XML has more than ${MAX_TAGS} tags`);
    tags.push(tag);
  }
  const root = tags.find(({ name }) => name === 'OME');
  const first = tags.findIndex(({ name }) => name === 'Pixels');
  if (!root || first < 0) return undefined;
  const second = tags.findIndex(({ name }, i) => name === 'Pixels' && i > first);
  const image = tags.slice(first, second < 0 ? undefined : second);
  const { attributes } = image[0]!;
  const channelNames = image
    .filter(({ name }) => name === 'Channel')
    .map((channel) => channel.attributes.Name ?? '');
  const [sizeZ, sizeT] = [whole(attributes.SizeZ, 1), whole(attributes.SizeT, 1)];
  // A channel of several samples, such as RGB, is one plane.
  const sizes = { C: channelNames.length || whole(attributes.SizeC, 1), Z: sizeZ, T: sizeT };
  const order = /^XY([CZT]{3})$/.exec(attributes.DimensionOrder ?? '')?.[1] ?? 'CZT';
  return {
    images: tags.filter(({ name }) => name === 'Pixels').length,
    channelNames,
    sizeZ,
    sizeT,
    planes: listPlanes(image, root.attributes.UUID, sizes, order, file.directories.length),
  };
}

function listPlanes(
  image: readonly XmlTag[],
  uuid: string | undefined,
  sizes: Readonly<Record<string, number>>,
  order: string,
  pages: number,
): (OmePlane | undefined)[] {
  const planes = new Array<OmePlane | undefined>(pages).fill(undefined);
  const total = sizes.C! * sizes.Z! * sizes.T!;
  const fill = (page: number, plane: number, count: number) => {
    const end = Math.min(count, pages - page, total - plane);
    for (let i = 0; i < end; i++) planes[page + i] = planeAt(plane + i, sizes, order);
  };
  const parts = image.filter(({ name }) => name === 'TiffData');
  if (parts.length === 0) fill(0, 0, pages);
  for (const part of parts) {
    const { IFD, PlaneCount, FirstC, FirstZ, FirstT } = part.attributes;
    // Sets of files describe all of them in each: what lies in another file is no page of this one.
    const next = image[image.indexOf(part) + 1];
    if (next?.name === 'UUID' && uuid && next.text.trim() !== uuid) continue;
    const at: Record<string, number> = { C: whole(FirstC, 0), Z: whole(FirstZ, 0), T: whole(FirstT, 0) };
    let plane = 0;
    for (let i = order.length - 1; i >= 0; i--) plane = plane * sizes[order[i]!]! + at[order[i]!]!;
    fill(whole(IFD, 0), plane, whole(PlaneCount, IFD === undefined ? pages : 1));
  }
  return planes;
}

/** `order` names the axes from the quickest to the slowest. */
function planeAt(index: number, sizes: Readonly<Record<string, number>>, order: string): OmePlane {
  const at: Record<string, number> = {};
  for (const axis of order) {
    at[axis] = index % sizes[axis]!;
    index = Math.floor(index / sizes[axis]!);
  }
  return { c: at.C!, z: at.Z!, t: at.T! };
}

function whole(text: string | undefined, absent: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : absent;
}
