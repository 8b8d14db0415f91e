import type { EpochMs, QualityFlag } from '#hydrology';

/** A value to be judged. */
export interface Candidate {
  readonly validTime: EpochMs;
  readonly receivedAt: EpochMs;
  /** m³/s, of a stage m */
  readonly value: number;
}

/** A value of the same station known before, with its flag. */
export interface KnownValue {
  readonly validTime: EpochMs;
  readonly value: number;
  readonly flag: number;
  /** The checks that spoke, joined by a space; left out where nobody asks. */
  readonly flagSource?: string;
}

/** Quality of a value: the worst flag found and every check that spoke. */
export interface Quality {
  readonly flag: QualityFlag;
  /** Flag sources joined by a space, '' when no check spoke. */
  readonly flagSource: string;
}

/** What one check found: a worse flag than reliable, and which check (flag sources of Delft-FEWS: HN HX SX ROR ROF SR …). */
export interface Finding {
  readonly flag: QualityFlag;
  readonly source: FlagSource;
}

/**
 * Every check by its flag source: HN hard minimum, HX hard maximum, SX soft maximum, ROR rate of rise, ROF rate of fall, SR same
 * reading, TS time shift, SH spatial homogeneity; not of Delft-FEWS are UF, a jump by the factor between two units, SP, a spike,
 * and DS, a shift of the datum of a stage.
 */
export const FLAG_SOURCES = ['HN', 'HX', 'SX', 'ROR', 'ROF', 'SR', 'TS', 'UF', 'SP', 'SH', 'DS'] as const;
export type FlagSource = (typeof FLAG_SOURCES)[number];

/** How a discharge came to be, beside what the checks say: by a rating curve, and beyond its gauged points. */
export const RATED = 'RC';
export const EXTRAPOLATED = 'RX';
/** The verdict of an operator, in place of the checks'. */
export const MANUAL = 'MAN';

export const RELIABLE = 0;
/** Reliable because an operator says so, whatever the checks say. */
export const RELIABLE_CORRECTED = 1;
export const DOUBTFUL = 3;
/** Doubtful by how it was made (a rating curve carried on), whatever its neighbours say. */
export const DOUBTFUL_COMPLETED = 5;
export const UNRELIABLE = 6;
export const MISSING = 9;

/** Reliable, corrected or completed values may be compared with. */
export const isTrusted = (flag: number): boolean => flag < DOUBTFUL;

/** Flags that no neighbour changes: by an operator, by how the value was made or what it was when it came. */
export const isSettled = (flag: number): boolean => flag === RELIABLE_CORRECTED || flag >= DOUBTFUL_COMPLETED;

const FLAG_OF: Readonly<Record<string, QualityFlag>> = {
  ...{ HN: UNRELIABLE, HX: UNRELIABLE, TS: UNRELIABLE },
  ...{ [RATED]: RELIABLE, [EXTRAPOLATED]: DOUBTFUL_COMPLETED },
};

const SOUND: Quality = Object.freeze({ flag: RELIABLE, flagSource: '' });

/** The quality that these flag sources make together; what a curve makes of a doubtful stage is doubtful by how it was made. */
export function qualityOf(sources: readonly string[]): Quality {
  if (sources.length === 0) return SOUND;
  const flag = sources.reduce<QualityFlag>((worst, source) => {
    const own = source === 'DS' && sources.includes(RATED) ? DOUBTFUL_COMPLETED : (FLAG_OF[source] ?? DOUBTFUL);
    return own > worst ? own : worst;
  }, RELIABLE);
  return { flag, flagSource: sources.join(' ') };
}

/** The flag sources of a value. */
export const sourcesOf = (flagSource: string | undefined): string[] => (flagSource ? flagSource.split(' ') : []);
