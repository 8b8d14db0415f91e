import { Refusal } from '../../reject.js';

/** A section of a GRIB2 message. Octets are numbered from 1, as the WMO Manual on Codes numbers them. */
export class Section {
  readonly #view: DataView;

  /** @param bytes of the whole section, its length and number first */
  constructor(
    readonly number: number,
    readonly bytes: Uint8Array,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  unsigned(octet: number, length: 1 | 2 | 4): number {
    const at = octet - 1;
    if (at + length > this.bytes.length) throw cutShort(`section ${this.number}`);
    if (length === 1) return this.#view.getUint8(at);
    return length === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  /** The first bit is the sign, the others the magnitude. */
  signed(octet: number, length: 1 | 2 | 4): number {
    const value = this.unsigned(octet, length);
    const sign = 2 ** (8 * length - 1);
    return value >= sign ? sign - value : value;
  }

  float(octet: number): number {
    if (octet + 3 > this.bytes.length) throw cutShort(`section ${this.number}`);
    return this.#view.getFloat32(octet - 1);
  }
}

/** Numbers of any count of bits, one after another, the highest bit first. */
export class BitReader {
  #at: number;

  constructor(
    private readonly bytes: Uint8Array,
    firstByte = 0,
  ) {
    this.#at = 8 * firstByte;
  }

  /** @param bits 0 … 32; of 0 bits every number is 0 */
  next(bits: number): number {
    if (bits === 0) return 0;
    const end = this.#at + bits;
    if (end > 8 * this.bytes.length) throw cutShort('the data');
    let value = 0;
    let left = bits;
    while (left > 0) {
      const within = this.#at & 7;
      const take = Math.min(left, 8 - within);
      const part = (this.bytes[this.#at >> 3]! >> (8 - within - take)) & ((1 << take) - 1);
      value = value * 2 ** take + part;
      this.#at += take;
      left -= take;
    }
    return value;
  }

  /** Goes on at the next whole octet. */
  align(): void {
    this.#at = 8 * Math.ceil(this.#at / 8);
  }
}

export const cutShort = (what: string): Refusal => new Refusal('FILE_UNREADABLE', `is GRIB2, but ${what} is cut short`);
