import {
  DAY_MS,
  HOUR_MS,
  LEVELS,
  MINUTE_MS,
  annualMaxima,
  epochMs,
  fitAreaExponent,
  returnLevels,
  scaleByArea,
  toIso,
  type Level,
  type ReturnLevel,
} from '#hydrology';

/** Return periods of the levels, years. */
export const RETURN_PERIODS: Readonly<Record<Level, number>> = { yellow: 2, orange: 5, red: 20 };

/** Hydrological years, named by their start: 2006-09-01 to 2014-08-31. Nothing of the autumn of 2014 is seen. */
export const FITTED_YEARS = { first: 2006, last: 2013, minCompleteness: 0.95 } as const;

/**
 * Exponent of Q ~ A^m where the basin's own gauges cannot tell it: that of CRUPEDIX (CTGREF et al. 1980, ten-year floods of
 * some 630 small French basins).
 */
export const DEFAULT_AREA_EXPONENT = 0.8;
/** Gauges tell the exponent when there are as many and their areas span this ratio. */
const OWN_EXPONENT = { gauges: 3, areaRatio: 4, min: 0.5, max: 1 } as const;
/** Standard error granted to the exponent, and the quantile of a two-sided 90 % interval. */
const EXPONENT_SD = 0.1;
const Z_90 = 1.645;

/** Fewer maxima make no estimate of spread. */
const MIN_YEARS = 3;

const STEP_WORDS: ReadonlyMap<number, readonly [step: string, steps: string]> = new Map([
  [HOUR_MS, ['hourly', 'hours']],
  [DAY_MS, ['daily', 'days']],
]);

const BOOTSTRAP = { samples: 10_000, seed: 20140831 } as const;

export interface ThresholdRow {
  readonly station: string;
  readonly level: Level;
  readonly returnPeriodYears: number;
  readonly discharge: number;
  readonly low: number;
  readonly high: number;
  readonly provenance: string;
}

export interface GaugeRecord {
  readonly id: string;
  readonly areaM2: number;
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly stepMs: number;
}

export interface UngaugedPlace {
  readonly id: string;
  readonly areaM2: number;
}

/** Thresholds of gauges by their own record, of ungauged places from the gauge of the most similar area. */
export function estimateThresholds(gauges: readonly GaugeRecord[], places: readonly UngaugedPlace[]): readonly ThresholdRow[] {
  const fits = gauges.map(fitGauge).filter(fit => fit !== null);
  const exponent = areaExponent(fits);
  return [
    ...fits.flatMap(({ gauge, levels, provenance }) => rowsOf(gauge.id, levels, provenance)),
    ...places.flatMap(place => scaleTo(place, fits, exponent)),
  ];
}

interface Fit {
  readonly gauge: GaugeRecord;
  readonly levels: readonly ReturnLevel[];
  readonly provenance: string;
}

interface Exponent {
  readonly value: number;
  readonly why: string;
}

/** By least squares on the two-year levels (the best known ones) of the basin's own gauges, or the default. */
function areaExponent(fits: readonly Fit[]): Exponent {
  const areas = fits.map(({ gauge }) => gauge.areaM2);
  const spans = fits.length >= OWN_EXPONENT.gauges && Math.max(...areas) >= OWN_EXPONENT.areaRatio * Math.min(...areas);
  if (!spans) return { value: DEFAULT_AREA_EXPONENT, why: 'of CRUPEDIX' };
  const fitted = fitAreaExponent(fits.map(({ gauge, levels }) => ({ areaM2: gauge.areaM2, discharge: levels[0]!.value })));
  const value = Number(Math.min(OWN_EXPONENT.max, Math.max(OWN_EXPONENT.min, fitted)).toFixed(2));
  return { value, why: `of the 2-year levels of the ${fits.length} gauges` };
}

function scaleTo(place: UngaugedPlace, fits: readonly Fit[], exponent: Exponent): ThresholdRow[] {
  const distance = ({ gauge }: Fit): number => Math.abs(Math.log(gauge.areaM2 / place.areaM2));
  const donor = [...fits].sort((a, b) => distance(a) - distance(b))[0];
  if (donor === undefined) return [];
  const scale = (discharge: number): number => scaleByArea(discharge, place.areaM2, donor.gauge.areaM2, exponent.value);
  const widening = Math.exp(Z_90 * EXPONENT_SD * distance(donor));
  const levels = donor.levels.map(({ years, value, low, high }) => {
    return { years, value: scale(value), low: scale(low) / widening, high: scale(high) * widening };
  });
  const ratio = `(${(place.areaM2 / 1e6).toFixed(1)}/${(donor.gauge.areaM2 / 1e6).toFixed(1)} km²)^${exponent.value}`;
  const interval = `90 % interval scaled alike and widened for an error of ${EXPONENT_SD} in the exponent`;
  return rowsOf(place.id, levels, `ungauged: ${donor.gauge.id} times ${ratio}, the exponent ${exponent.why}; ${interval}`);
}

function fitGauge(gauge: GaugeRecord): Fit | null {
  const { maxima, refused } = annualMaxima(gauge.times, gauge.values, { ...FITTED_YEARS, stepMs: gauge.stepMs });
  if (maxima.length < MIN_YEARS) return null;
  const levels = returnLevels(
    maxima.map(maximum => maximum.value),
    LEVELS.map(level => RETURN_PERIODS[level]),
    BOOTSTRAP,
  );
  const [step, steps] = STEP_WORDS.get(gauge.stepMs) ?? [`${gauge.stepMs / MINUTE_MS}-minute`, 'steps'];
  const years = `${maxima.length} hydrological years within 2006-09..2014-08`;
  const without =
    refused.length === 0
      ? ''
      : `, without ${refused.map(({ year, completeness }) => `${year}-09 (${(100 * completeness).toFixed(0)} % of ${steps})`).join(', ')}`;
  const largest = maxima.reduce((a, b) => (b.value > a.value ? b : a));
  const provenance = `Gumbel by L-moments on ${step} maxima of ${years}${without} (≥ ${100 * FITTED_YEARS.minCompleteness} % of ${steps}); largest ${largest.value.toFixed(1)} on ${toIso(epochMs(largest.time))}; 90 % interval by parametric bootstrap (${BOOTSTRAP.samples} samples, seed ${BOOTSTRAP.seed})`;
  return { gauge, levels, provenance };
}

function rowsOf(station: string, levels: readonly ReturnLevel[], provenance: string): ThresholdRow[] {
  return LEVELS.map((level, k) => {
    const { years, value, low, high } = levels[k]!;
    return { station, level, returnPeriodYears: years, discharge: round(value), low: round(low), high: round(high), provenance };
  });
}

/** Two decimals below 10 m³/s, else one: no finer than a gauge reads. */
const round = (discharge: number): number => Number(discharge.toFixed(discharge < 10 ? 2 : 1));
