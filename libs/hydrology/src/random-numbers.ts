/** Uniform numbers in [0, 1) from a seed, the same on every machine: mulberry32 (public domain, T. Ettinger). */
export function uniformNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal deviates from a seed: Box and Muller (1958). */
export function normalDeviates(seed: number): () => number {
  const uniform = uniformNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The first `count` of them. */
export function normalNumbers(count: number, seed: number): Float64Array {
  const draw = normalDeviates(seed);
  return Float64Array.from({ length: count }, draw);
}
