/** Bytes of one vector of four float32. */
export const LANES_BYTES = 16;
/** Room for the constants of one module. */
export const CONSTANT_BYTES = 4096;

/** Constants in memory: loaded once per call, they stay in registers or on the stack instead of being made in every step. */
export class ConstantPool {
  private readonly slots = new Map<number, number>();

  /** @param at bytes from here, at the start of the memory it shares, hold the constants of the module */
  constructor(readonly at: number) {}

  addressOf(bits: number): number {
    const slot = this.slots.get(bits) ?? this.slots.size;
    this.slots.set(bits, slot);
    if ((slot + 1) * LANES_BYTES > CONSTANT_BYTES) throw new Error('too many constants for the pool');
    return this.at + slot * LANES_BYTES;
  }

  bytes(): Uint8Array {
    const words = new Int32Array(this.slots.size * 4);
    for (const [bits, slot] of this.slots) words.fill(bits, slot * 4, slot * 4 + 4);
    return new Uint8Array(words.buffer);
  }
}

export const bitsOf = (value: number): number => new Int32Array(new Float32Array([value]).buffer)[0]!;
