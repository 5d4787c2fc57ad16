/** Reads event files of TensorBoard, field by field, by the formats' documentation. */
import { crc32c } from '../../src/node/logs/event-file';

type Field = { field: number; value: number | Uint8Array };

/** Records whose checksums fit; throws for others. */
function recordsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unmask = (masked: number) => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const data = bytes.subarray(at + 12, at + 12 + length);
    const sums = [view.getUint32(at + 8, true), view.getUint32(at + 12 + length, true)].map(unmask);
    if (sums[0] !== crc32c(bytes.subarray(at, at + 8)) || sums[1] !== crc32c(data))
      throw new Error(`bad sum at ${at}`);
    records.push(data);
    at += length + 16;
  }
  return records;
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  const fields: Field[] = [];
  while (at < bytes.length) {
    const key = varint();
    const [field, kind] = [key >> 3, key & 7];
    if (kind === 0) fields.push({ field, value: varint() });
    else if (kind === 1) fields.push({ field, value: view.getFloat64((at += 8) - 8, true) });
    else if (kind === 5) fields.push({ field, value: view.getFloat32((at += 4) - 4, true) });
    else {
      const length = varint();
      fields.push({ field, value: bytes.subarray(at, (at += length)) });
    }
  }
  return fields;
}

const bytesIn = (fields: Field[], field: number) =>
  fields.filter((each) => each.field === field).map(({ value }) => value as Uint8Array);
const numberIn = (fields: Field[], field: number) =>
  fields.find((each) => each.field === field)?.value as number | undefined;
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export interface ReadEvents {
  version: string;
  /** Steps at which a training begins. */
  starts: number[];
  scalars: Record<string, [step: number, value: number][]>;
  histograms: Record<string, { step: number; figures: number[]; limits: number[]; counts: number[] }[]>;
}

export function readEvents(file: Uint8Array): ReadEvents {
  const [first, ...others] = recordsOf(file).map(fieldsOf);
  const events: ReadEvents = {
    version: textOf(bytesIn(first!, 3)[0]!),
    starts: [],
    scalars: {},
    histograms: {},
  };
  const doublesIn = (bytes: Uint8Array) => Array.from(new Float64Array(bytes.slice().buffer));
  for (const event of others) {
    const step = numberIn(event, 2) ?? 0;
    if (bytesIn(event, 7).some((session) => numberIn(fieldsOf(session), 1) === 1)) events.starts.push(step);
    for (const value of bytesIn(event, 5)
      .flatMap((summary) => bytesIn(fieldsOf(summary), 1))
      .map(fieldsOf)) {
      const tag = textOf(bytesIn(value, 1)[0]!);
      const scalar = numberIn(value, 2);
      if (scalar !== undefined) (events.scalars[tag] ??= []).push([step, scalar]);
      for (const histogram of bytesIn(value, 5).map(fieldsOf))
        (events.histograms[tag] ??= []).push({
          step,
          figures: [1, 2, 3, 4, 5].map((field) => numberIn(histogram, field)!),
          limits: doublesIn(bytesIn(histogram, 6)[0]!),
          counts: doublesIn(bytesIn(histogram, 7)[0]!),
        });
    }
  }
  return events;
}
