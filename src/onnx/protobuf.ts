/** Writes Protocol Buffers, as far as ONNX needs them. */

const encoder = new TextEncoder();

/** A message: its fields in the order they are added. Large arrays are kept as they are until `join`. */
export class Message {
  private readonly chunks: Uint8Array[] = [];
  private bytes = 0;

  get byteLength(): number {
    return this.bytes;
  }

  /** A non-negative integer below 2⁵³. */
  integer(field: number, value: number): this {
    return this.push(varint(field * 8), varint(value));
  }

  float(field: number, value: number): this {
    return this.push(varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer));
  }

  text(field: number, value: string): this {
    return this.binary(field, encoder.encode(value));
  }

  binary(field: number, value: Uint8Array): this {
    return this.push(varint(field * 8 + 2), varint(value.length), value);
  }

  message(field: number, value: Message): this {
    return this.push(varint(field * 8 + 2), varint(value.bytes), ...value.chunks);
  }

  join(): Uint8Array<ArrayBuffer> {
    const joined = new Uint8Array(this.bytes);
    let at = 0;
    for (const chunk of this.chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }

  private push(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
    }
    return this;
  }
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Uint8Array.from([...bytes, value]);
}
