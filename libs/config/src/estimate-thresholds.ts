import {
  LEVELS,
  annualMaxima,
  isUpstream,
  returnLevels,
  scaleByArea,
  toIso,
  epochMs,
  type Level,
  type Mesh,
  type ReturnLevel,
} from '#hydrology';

/** Return periods of the levels, years. */
export const RETURN_PERIODS: Readonly<Record<Level, number>> = { yellow: 2, orange: 5, red: 20 };

/** Hydrological years, named by their start: 2006-09-01 to 2014-08-31. Nothing of the autumn of 2014 is seen. */
export const FITTED_YEARS = { first: 2006, last: 2013, minCompleteness: 0.95 } as const;

/**
 * Exponent of Q ~ A^m for floods. .8 is that of CRUPEDIX (CTGREF et al. 1980; ten-year floods of 630 French basins of 1.4 to
 * 5560 km²); three gauges, two of them nested in the third, are too few to estimate another.
 */
export const AREA_EXPONENT = 0.8;

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
  readonly cell: number;
  readonly areaM2: number;
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface UngaugedPlace {
  readonly id: string;
  readonly cell: number;
  readonly areaM2: number;
}

/** Thresholds of gauges by their own record, of ungauged places from the gauge of the most similar area on their stream. */
export function estimateThresholds(gauges: readonly GaugeRecord[], places: readonly UngaugedPlace[], mesh: Mesh): readonly ThresholdRow[] {
  const fitted = gauges.map(gauge => ({ gauge, ...fitGauge(gauge) }));
  const usable = fitted.filter(fit => fit.levels.length > 0);
  const gauged = usable.flatMap(({ gauge, levels, provenance }) => rowsOf(gauge.id, levels, provenance));
  const scaled = places.flatMap(place => {
    const donor = donorOf(
      place,
      usable.map(fit => fit.gauge),
      mesh,
    );
    const fit = usable.find(({ gauge }) => gauge === donor);
    if (donor === undefined || fit === undefined) return [];
    const scale = (discharge: number): number => scaleByArea(discharge, place.areaM2, donor.areaM2, AREA_EXPONENT);
    const levels = fit.levels.map(({ years, value, low, high }) => ({ years, value: scale(value), low: scale(low), high: scale(high) }));
    const areas = `(${(place.areaM2 / 1e6).toFixed(1)}/${(donor.areaM2 / 1e6).toFixed(1)} km²)`;
    return rowsOf(
      place.id,
      levels,
      `ungauged: ${donor.id} scaled by area ${areas}^${AREA_EXPONENT}; interval scaled alike, without the error of the scaling`,
    );
  });
  return [...gauged, ...scaled];
}

function fitGauge(gauge: GaugeRecord): { readonly levels: readonly ReturnLevel[]; readonly provenance: string } {
  const { maxima, refused } = annualMaxima(gauge.times, gauge.values, FITTED_YEARS);
  if (maxima.length < 3) return { levels: [], provenance: '' };
  const levels = returnLevels(
    maxima.map(maximum => maximum.value),
    LEVELS.map(level => RETURN_PERIODS[level]),
    BOOTSTRAP,
  );
  const years = `${maxima.length} hydrological years within 2006-09..2014-08`;
  const without =
    refused.length === 0
      ? ''
      : `, without ${refused.map(({ year, completeness }) => `${year}-09 (${(100 * completeness).toFixed(0)} % of hours)`).join(', ')}`;
  const largest = maxima.reduce((a, b) => (b.value > a.value ? b : a));
  const provenance = `Gumbel by L-moments on hourly maxima of ${years}${without} (≥ ${100 * FITTED_YEARS.minCompleteness} % of hours); largest ${largest.value.toFixed(1)} on ${toIso(epochMs(largest.time))}; 90 % interval by parametric bootstrap (${BOOTSTRAP.samples} samples, seed ${BOOTSTRAP.seed})`;
  return { levels, provenance };
}

function rowsOf(station: string, levels: readonly ReturnLevel[], provenance: string): ThresholdRow[] {
  return LEVELS.map((level, k) => {
    const { years, value, low, high } = levels[k]!;
    return { station, level, returnPeriodYears: years, discharge: round(value), low: round(low), high: round(high), provenance };
  });
}

/** The gauge whose area is nearest in ratio, on the same stream if there is one. */
function donorOf(place: UngaugedPlace, gauges: readonly GaugeRecord[], mesh: Mesh): GaugeRecord | undefined {
  const onStream = gauges.filter(gauge => isUpstream(mesh, gauge.cell, place.cell) || isUpstream(mesh, place.cell, gauge.cell));
  const ratio = (gauge: GaugeRecord): number => Math.abs(Math.log(gauge.areaM2 / place.areaM2));
  return [...(onStream.length > 0 ? onStream : gauges)].sort((a, b) => ratio(a) - ratio(b))[0];
}

/** Two decimals below 10 m³/s, else one: no finer than a gauge reads. */
const round = (discharge: number): number => Number(discharge.toFixed(discharge < 10 ? 2 : 1));
