/** The bytes of an HDF5 file, read within their bounds, and the errors for what is wrong with them. */
import { HpaError } from '../../../errors';

/** An address or size that the file leaves undefined: all bits set. */
const UNDEFINED = 2n ** 64n - 1n;

/**
 * Integers and blocks of a file. Structure is claimed before it is read, and the file has no more structure than
 * bytes: trees that run in circles, or that share branches so that a walk would take ages, end in an error.
 */
export class Hdf5Bytes {
  readonly bytes: Uint8Array;
  readonly file: string;
  private readonly view: DataView;
  private unclaimed: number;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.file = file;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.unclaimed = bytes.length;
  }

  get size(): number {
    return this.bytes.length;
  }

  /** Marks `length` bytes of structure as being read now. */
  claim(at: number, length: number): void {
    this.within(at, length);
    this.unclaimed -= length;
    if (this.unclaimed < 0) throw this.invalid('Its structure runs in circles');
  }

  uint8(at: number): number {
    this.within(at, 1);
    return this.view.getUint8(at);
  }

  uint16(at: number): number {
    this.within(at, 2);
    return this.view.getUint16(at, true);
  }

  uint32(at: number): number {
    this.within(at, 4);
    return this.view.getUint32(at, true);
  }

  /** An integer of 1, 2, 4 or 8 bytes. */
  uint(at: number, bytes: number): number {
    if (bytes === 8) return this.uint64(at);
    return bytes === 4 ? this.uint32(at) : bytes === 2 ? this.uint16(at) : this.uint8(at);
  }

  /** Eight bytes as a size, which must be one that numbers can tell. */
  uint64(at: number): number {
    this.within(at, 8);
    const value = this.view.getBigUint64(at, true);
    if (value > Number.MAX_SAFE_INTEGER) throw this.invalid('It has a size beyond all bounds');
    return Number(value);
  }

  /** Eight bytes as a place in the file, or `undefined` where nothing is stored. */
  address(at: number): number | undefined {
    this.within(at, 8);
    return this.view.getBigUint64(at, true) === UNDEFINED ? undefined : this.uint64(at);
  }

  /** A view of the file's bytes. */
  slice(at: number, length: number): Uint8Array {
    this.within(at, length);
    return this.bytes.subarray(at, at + length);
  }

  /** The text up to a zero byte, of at most `length` bytes. */
  text(at: number, length: number): string {
    return new TextDecoder().decode(upToZero(this.slice(at, length)));
  }

  /** Like `text`, where texts may share their bytes: claims what it reads. */
  claimText(at: number, length: number): string {
    const bytes = upToZero(this.slice(at, length));
    this.claim(at, bytes.length);
    return new TextDecoder().decode(bytes);
  }

  /** Throws unless the four letters stand there. */
  expect(at: number, signature: string): void {
    if (this.text(at, 4) !== signature) throw this.invalid(`There is no ${signature} where it should be`);
  }

  invalid(reason: string): HpaError {
    return new HpaError('weights-invalid', `The HDF5 file is damaged. ${reason}`, { file: this.file });
  }

  unsupported(what: string): HpaError {
    return new HpaError(
      'weights-unsupported',
      `The HDF5 file has ${what}, which is not read here. Keras itself writes none: save the weights with Keras anew`,
      { file: this.file },
    );
  }

  private within(at: number, length: number): void {
    if (!(at >= 0 && length >= 0 && at + length <= this.bytes.length))
      throw this.invalid('Something lies beyond its end');
  }
}

function upToZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
