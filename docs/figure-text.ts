/** Titles in pictures: letters of straight strokes, drawn with soft edges. */
import type { CellImage } from 'hpa-kit';

/** Pixels from one line's top to what stands below it. */
export const LINE_HEIGHT = 21;

const UNIT = 1.55;
const HALF_STROKE = 0.65;
const INK = 40;

/**
 * The strokes of each character as points `xy` on a grid of 5 by 9: y 0 is the top of capitals, 2 that of small
 * letters, 6 the line they stand on, 8 how far they hang below it.
 */
const STROKES: Readonly<Record<string, string>> = {
  ...{ a: '12324346 441405163645', b: '0006 0312324345361605', c: '4332120305163645' },
  ...{ d: '4046 4332120305163645', e: '04444332120305163645', f: '30201116 0222' },
  ...{ g: '4332120305163645 4247381807', h: '0006 0312324346', i: '0206 0000' },
  ...{ j: '12171807 1010', k: '0006 3204 1436', l: '0006', m: '0206 03122326 23324346' },
  ...{ n: '0206 0312324346', o: '031232434536160503', p: '0208 0312324345361605' },
  ...{ q: '4248 4332120305163645', r: '0206 03122232', s: '43321203143445361605' },
  ...{ t: '10152636 0232', u: '0205163645 4246', v: '022642', w: '0216233642', x: '0246 4206' },
  ...{ y: '0226 42261808', z: '02420646', A: '062046 1434', B: '0006 003041423303 3344453606' },
  ...{ C: '4130100105163645', D: '00204244260600', E: '40000646 0333', F: '400006 0333' },
  ...{ G: '41301001051636454323', H: '0006 4046 0343', I: '0006', J: '4045361605' },
  ...{ K: '0006 4004 1346', L: '000646', M: '0600234046', N: '06004640', O: '103041453616050110' },
  ...{ P: '0006 003041423303', Q: '103041453616050110 2446', R: '0006 003041423303 2346' },
  ...{ S: '413010010213334445361605', T: '0040 2026', U: '000516364540', V: '002640' },
  ...{ W: '0016233640', X: '0046 4006', Y: '0023 4023 2326', Z: '00400646' },
  ...{ 0: '103041453616050110', 1: '011016', 2: '01103041420646', 3: '0110304142334445361605 1333' },
  ...{ 4: '36300444', 5: '400003334445361605', 6: '4130100105163645443303', 7: '004016' },
  ...{ 8: '103041423313020110 1304051636454433', 9: '0516364541301001021343' },
  ...{ '.': '0606', ',': '1607', ':': '0303 0606', '(': '10010516', ')': '00111506', "'": '0001' },
  ...{
    '+': '0444 2226',
    '-': '0434',
    '/': '0640',
    '=': '0343 0545',
    '×': '0246 4206',
    '%': '0640 0000 4646',
  },
  ...{ '°': '0010110100', '→': '0444 224426', '[': '10000616', ']': '00101606', ' ': '' },
};

/** Draws a line of text into an RGB image, from `left` to `right` at most. */
export function drawText(page: CellImage, text: string, left: number, top: number, right: number): void {
  let at = left + 1;
  for (const character of text) {
    const strokes = STROKES[character];
    if (strokes === undefined) throw new RangeError(`There are no strokes for ${JSON.stringify(character)}.`);
    for (const stroke of strokes.split(' ')) drawStroke(page, stroke, at, top + 3);
    const width = Math.max(1, ...Array.from(strokes.matchAll(/(\d)\d/g), ([, x]) => Number(x)));
    at += (width + 1.7) * UNIT;
  }
  if (at - UNIT > right)
    throw new RangeError(`The title "${text}" is ${Math.ceil(at - UNIT - right)} pixels too wide.`);
}

function drawStroke(page: CellImage, stroke: string, left: number, top: number): void {
  const points = Array.from(stroke.matchAll(/(\d)(\d)/g), ([, x, y]) => {
    return [left + UNIT * Number(x), top + UNIT * Number(y)] as const;
  });
  points.forEach((point, i) => {
    drawSegment(page, point, points[i + 1] ?? point);
  });
}

function drawSegment(
  page: CellImage,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
) {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  for (let y = Math.floor(Math.min(ay, by)) - 2; y <= Math.max(ay, by) + 2; y++)
    for (let x = Math.floor(Math.min(ax, bx)) - 2; x <= Math.max(ax, bx) + 2; x++) {
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square));
      const distance = Math.hypot(ax + along * dx - x, ay + along * dy - y);
      const cover = Math.min(1, Math.max(0, HALF_STROKE + 0.5 - distance));
      const shade = Math.round(255 - cover * (255 - INK));
      for (let c = 0; c < 3; c++) {
        const sample = (y * page.width + x) * 3 + c;
        page.data[sample] = Math.min(page.data[sample]!, shade);
      }
    }
}
