/**
 * Which offsets of one partition were handled, in whatever order, and how far they are so without a gap. Only that far
 * may be committed: what lies behind a gap comes again after a crash.
 */
export class HandledPrefix {
  readonly #offsets: readonly bigint[];
  readonly #handled = new Set<bigint>();
  #length = 0;

  /** The offsets of one fetch, ascending; a log may skip some. */
  constructor(offsets: readonly bigint[]) {
    this.#offsets = offsets;
  }

  /** Notes offsets as handled. @returns the last offset before the first gap, null when the first is missing still. */
  add(offsets: readonly bigint[]): bigint | null {
    for (const offset of offsets) this.#handled.add(offset);
    while (this.#length < this.#offsets.length && this.#handled.has(this.#offsets[this.#length]!)) this.#length++;
    return this.#offsets[this.#length - 1] ?? null;
  }
}
