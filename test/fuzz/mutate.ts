/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const oneOf = <T>(random: Random, choices: readonly T[]): T => choices[below(random, choices.length)]!;

/** Bytes with some overwritten (mostly in the head, where structure is), cut off, doubled, taken out, or set to extreme numbers. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let mutated: Uint8Array = Uint8Array.from(bytes);
  const times = 1 + below(random, 6);
  for (let k = 0; k < times && mutated.length > 0; k++) mutated = oneOf(random, BYTE_MUTATIONS)(mutated, random);
  return mutated;
}

const placeIn = (bytes: Uint8Array, random: Random): number => below(random, random() < 0.7 ? Math.min(8000, bytes.length) : bytes.length);

type ByteMutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const overwrite: ByteMutation = (bytes, random) => {
  bytes[placeIn(bytes, random)] = oneOf(random, [0, 1, 0x7f, 0x80, 0xff, below(random, 256)]);
  return bytes;
};

const extreme: ByteMutation = (bytes, random) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, oneOf(random, [NaN, Infinity, -Infinity, 1e38, -1, 0, 1e9, 4_294_967_295]), true);
  const width = oneOf(random, [4, 8]);
  if (width === 4) view.setInt32(0, oneOf(random, [-1, 2_147_483_647, -2_147_483_648, 0, 65_536, 0x7f_c0_00_00]), true);
  bytes.set(new Uint8Array(view.buffer, 0, width).subarray(0, Math.max(0, bytes.length - 8)), Math.max(0, placeIn(bytes, random) - 8));
  return bytes;
};

const cutOff: ByteMutation = (bytes, random) => bytes.slice(0, below(random, bytes.length + 1));

const double: ByteMutation = (bytes, random) => {
  const [from, length] = [placeIn(bytes, random), below(random, 64)];
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(Math.max(0, from - length), from), bytes.subarray(from)]);
};

const takeOut: ByteMutation = (bytes, random) => {
  const [from, length] = [placeIn(bytes, random), below(random, 64)];
  const kept = new Uint8Array(Math.max(from, bytes.length - length));
  kept.set(bytes.subarray(0, from));
  kept.set(bytes.subarray(from + length).subarray(0, kept.length - from), from);
  return kept;
};

/** Cuts and moves seldom: most of what they do ends at the first check. */
const BYTE_MUTATIONS: readonly ByteMutation[] = [
  ...[overwrite, overwrite, overwrite, overwrite, overwrite, overwrite, extreme, extreme, extreme],
  ...[cutOff, double, takeOut],
];

/** Text with numbers, dates and names exchanged for hostile ones, pieces cut out, doubled or inserted. */
export function mutateText(text: string, random: Random): string {
  let mutated = text;
  const times = 1 + below(random, 5);
  for (let k = 0; k < times && mutated.length > 0; k++) mutated = oneOf(random, TEXT_MUTATIONS)(mutated, random);
  return mutated;
}

type TextMutation = (text: string, random: Random) => string;

const splice = (text: string, from: number, length: number, insert: string): string =>
  text.slice(0, from) + insert + text.slice(from + length);

/** Exchanges the first match of a pattern after a random place. */
const exchange =
  (pattern: RegExp, choices: readonly string[]): TextMutation =>
  (text, random) => {
    const from = below(random, text.length);
    const match = pattern.exec(text.slice(from, from + 2000));
    return match === null ? text : splice(text, from + match.index, match[0].length, oneOf(random, choices));
  };

const HOSTILE_NUMBERS = [
  'NaN',
  '1e38',
  '-1e308',
  '1e999',
  '-0',
  '""',
  'null',
  '[]',
  '{}',
  'true',
  '"1e38"',
  '999999999999999999999',
  '-999',
  '\u0000',
];
const HOSTILE_DATES = ['1970-01-01', '2099-12-31', '2026-02-31', '0000-00-00', '+275760-09-13', '2026-13-45', 'yesterday'];
const HOSTILE_PIECES = [
  ...['<!DOCTYPE x [<!ENTITY a "b">]>', '&a;', '&#x0;', ']]>', '<a>'.repeat(300), '</a>', '"', '\\', '\u0000', '\uFEFF', '}', ']', ','],
  ...['"__proto__":{"x":1},', '"constructor":1,', '{"a":'.repeat(500), '[', ';', '\n', '\r', 'é', '\ud800', '<![CDATA['],
];

const TEXT_MUTATIONS: readonly TextMutation[] = [
  exchange(/-?\d+(\.\d+)?/, HOSTILE_NUMBERS),
  exchange(/\d{4}-\d\d-\d\d/, HOSTILE_DATES),
  exchange(/"[^"]*"/, HOSTILE_NUMBERS),
  exchange(/[A-Za-z]{3,}/, ['', 'x', '__proto__', 'toString', 'é'.repeat(50)]),
  (text, random) => splice(text, below(random, text.length), 0, oneOf(random, HOSTILE_PIECES)),
  (text, random) => splice(text, below(random, text.length), below(random, 40), ''),
  (text, random) => {
    const from = below(random, text.length);
    return splice(text, from, 0, text.slice(from, from + below(random, 300)));
  },
  (text, random) => text.slice(0, below(random, text.length + 1)),
  (text, random) => splice(text, below(random, text.length), 1, String.fromCharCode(below(random, 0xffff))),
];
