import type { ObservationValue } from '#contracts';

/** Values next to each other with the same quality; times in epoch ms, both of a value. */
export interface FlaggedStretch {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly flag: number;
  readonly sources: readonly string[];
}

const DOUBTFUL = 3;
const UNRELIABLE = 6;
const MISSING = 9;
const MANUAL = 'MAN';

/** What each check says, in words; docs/reference/formats.md has the checks. */
const WORDS: Readonly<Record<string, string>> = {
  HN: 'below what is possible',
  HX: 'above what is possible',
  SX: 'above what the region has shown',
  ROR: 'rises too fast',
  ROF: 'falls too fast',
  SR: 'same reading for too long',
  TS: 'stamped later than received',
  UF: 'jumps by the factor between two units',
  SP: 'a spike',
  SH: 'contradicts the gauges beside it',
  DS: 'the datum of its stage shifted',
  BL: 'dry while the radar over it saw rain',
  RX: 'beyond the rating curve',
};

/** Doubtful or unreliable, by the checks or by an operator. */
export const isDoubted = (flag: number): boolean => flag >= DOUBTFUL && flag !== MISSING;

/** Stretches of values that a check or an operator spoke of, newest first. */
export function flaggedStretches(values: readonly ObservationValue[]): FlaggedStretch[] {
  const stretches: FlaggedStretch[] = [];
  let open = false;
  for (const { flag, flagSource, validTime } of values) {
    const sources = flagSource.split(' ').filter(source => source !== '');
    const speaks = isDoubted(flag) || (flag !== MISSING && sources.includes(MANUAL));
    const last = stretches.at(-1);
    const time = Date.parse(validTime);
    if (speaks && open && last?.flag === flag && last.sources.join(' ') === sources.join(' '))
      stretches[stretches.length - 1] = { ...last, last: time, count: last.count + 1 };
    else if (speaks) stretches.push({ first: time, last: time, count: 1, flag, sources });
    open = speaks;
  }
  return stretches.reverse();
}

/** "Doubtful: rises too fast, a spike". */
export function sayQuality({ flag, sources }: Pick<FlaggedStretch, 'flag' | 'sources'>): string {
  const found = sources
    .map(source => WORDS[source])
    .filter(Boolean)
    .join(', ');
  if (sources.includes(MANUAL)) {
    const decided = flag < DOUBTFUL ? 'Trusted by an operator' : 'Rejected by an operator';
    return found === '' ? decided : `${decided}; the checks: ${found}`;
  }
  const quality = flag >= UNRELIABLE ? 'Unreliable' : 'Doubtful';
  return found === '' ? quality : `${quality}: ${found}`;
}
