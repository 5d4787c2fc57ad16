/** Which pages of a TIFF become the channels of one image, and what those are called. */
import { HpaError } from '../../errors';
import type { TiffFile } from './directories';
import type { OmeMetadata } from './ome';
import { describePage, MAX_CHANNELS, type TiffPage, type TiffPageInfo } from './page';

/** All pages, one, or those listed, from 0. */
export type TiffPages = 'stack' | number | readonly number[];

/**
 * The indices of the pages that are wanted. `onPage` sees each of them, so that a limit can refuse it there.
 *
 * @throws HpaError `image-shape` for pages that aren't there or don't go together; RangeError or TypeError for
 * what can't be an index
 */
export function choosePages(
  file: TiffFile,
  ome: OmeMetadata | undefined,
  pages: TiffPages,
  onPage: (page: TiffPageInfo) => void,
): number[] {
  const count = file.directories.length;
  const wanted = pages === 'stack' ? file.directories.map((_, i) => i) : [pages].flat();
  if (wanted.length === 0) throw new RangeError('pages must name at least one page. Received an empty list.');
  for (const page of wanted) {
    if (!Number.isInteger(page) || page < 0)
      throw new RangeError(`pages must be 'stack' or integers from 0. Received ${String(page)}.`);
    if (page >= count) throw shape(`there is no page ${page}: the file has ${count}, counted from 0`);
  }
  const infos = new Map(
    wanted.map((index) => {
      const page = describePage(file, index);
      onPage(page);
      return [index, page] as const;
    }),
  );
  const chosen = pages === 'stack' ? wanted.filter((i) => i === 0 || !infos.get(i)!.reduced) : wanted;
  const first = infos.get(chosen[0]!)!;
  const odd = chosen.find((i) => kind(infos.get(i)!) !== kind(first));
  if (odd !== undefined)
    throw shape(
      `page ${chosen[0]} is ${kind(first)} and page ${odd} ${kind(infos.get(odd)!)}: choose pages that go together with the option pages`,
    );
  if (pages === 'stack' && ome && chosen.length > 1) checkOme(ome);
  const channels = chosen.reduce((sum, i) => sum + infos.get(i)!.channels, 0);
  if (channels > MAX_CHANNELS)
    throw new HpaError(
      'image-too-large',
      `the pages have ${channels} channels together, more than ${MAX_CHANNELS}: choose some with the option pages`,
    );
  return chosen;
}

function checkOme({ images, sizeZ, sizeT, planes }: OmeMetadata): void {
  if (images > 1)
    throw shape(`the OME-TIFF holds ${images} images: choose the pages of one with the option pages`);
  if (sizeZ * sizeT === 1) return;
  const first = planes
    .map((plane, page) => ({ ...plane, page }))
    .filter(({ z, t }) => z === 0 && t === 0)
    .sort((a, b) => a.c! - b.c!)
    .map(({ page }) => page);
  throw shape(
    `the OME-TIFF has ${sizeZ} focal planes and ${sizeT} times, which are no channels: choose pages, such as pages: [${first.join(', ')}] for the first`,
  );
}

/** The names of the chosen pages' channels, or `undefined` where the file doesn't name them all. */
export function nameChannels(ome: OmeMetadata | undefined, pages: readonly TiffPage[]): string[] | undefined {
  if (!ome) return undefined;
  const [page] = pages;
  const names =
    pages.length === 1 && page!.channels === ome.channelNames.length
      ? [...ome.channelNames]
      : pages.map(({ index, channels }) => {
          const plane = ome.planes[index];
          return channels === 1 && plane ? ome.channelNames[plane.c] : undefined;
        });
  return names.every((name): name is string => Boolean(name)) ? names : undefined;
}

const kind = ({ width, height, bitDepth, sampleFormat }: TiffPageInfo) =>
  `${width}×${height} of ${bitDepth}-bit ${sampleFormat}`;

const shape = (reason: string) => new HpaError('image-shape', reason);
