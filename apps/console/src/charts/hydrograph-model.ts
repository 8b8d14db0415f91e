import type { Forecast, LevelName, ObservationValue, StationView, VerdictView } from '#contracts';

/** What the hydrograph draws: times in epoch ms UTC, discharge in m³/s, rain in mm per hour. */
export interface HydrographModel {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** Null where no forecast has been issued. */
  readonly issueTime: number | null;
  readonly observed: readonly ObservedPoint[];
  readonly forecast: readonly BandPoint[];
  /** Newest first, at most three. */
  readonly earlier: readonly EarlierForecast[];
  /** Of networks beside the model; drawn, never alerted on. */
  readonly members: readonly MemberLine[];
  readonly thresholds: readonly ThresholdLine[];
  readonly rain: readonly RainStep[];
}

export interface MemberLine {
  readonly name: string;
  readonly points: readonly { readonly time: number; readonly value: number }[];
}

export interface ObservedPoint {
  readonly time: number;
  /** Null: reported as missing, the line is broken. */
  readonly value: number | null;
  readonly doubtful: boolean;
}

export interface BandPoint {
  readonly time: number;
  readonly q05: number;
  readonly q25: number;
  readonly q50: number;
  readonly q75: number;
  readonly q95: number;
}

export interface EarlierForecast {
  readonly issueTime: number;
  readonly points: readonly { readonly time: number; readonly value: number }[];
}

export interface ThresholdLine {
  readonly level: LevelName;
  readonly discharge: number;
  readonly returnPeriodYears: number;
}

/** Rain of (from, to]; `future` is what the forecast assumed, not what fell. */
export interface RainStep {
  readonly from: number;
  readonly to: number;
  readonly mmPerHour: number;
  readonly future: boolean;
}

/** What was read about one station to draw it. */
export interface StationDetail {
  readonly forecast: Forecast | null;
  readonly earlier: readonly Forecast[];
  readonly observations: readonly ObservationValue[];
  /** What operators decided of them, newest first. */
  readonly verdicts: readonly VerdictView[];
}

const HOUR_MS = 3_600_000;
const PAST_MS = 24 * HOUR_MS;
const AHEAD_MS = 24 * HOUR_MS;
/** Flags of Delft-FEWS: from 3 on a value is doubtful and drawn hollow, 9 is none at all. */
const DOUBTFUL = 3;
const MISSING = 9;

/** Puts the replies of the API about one station on one time axis: 24 h back, 24 h ahead of the issue time. */
export function hydrographModel(station: StationView, detail: Omit<StationDetail, 'verdicts'>, now: number): HydrographModel {
  const issueTime = detail.forecast ? Date.parse(detail.forecast.issueTime) : null;
  const reference = issueTime ?? now;
  const from = reference - PAST_MS;
  const to = Math.max(reference + AHEAD_MS, now);
  return {
    from,
    to,
    now,
    issueTime,
    observed: detail.observations.map(pointOf).filter(point => point.time >= from),
    forecast: detail.forecast ? bandsOf(detail.forecast) : [],
    earlier: detail.earlier.map(earlierOf),
    members: membersOf(detail.forecast),
    thresholds: station.thresholds.map(one => ({
      level: one.level,
      discharge: one.dischargeM3s,
      returnPeriodYears: one.returnPeriodYears,
    })),
    rain: detail.forecast ? rainOf(detail.forecast, from, to) : [],
  };
}

function pointOf(value: ObservationValue): ObservedPoint {
  return {
    time: Date.parse(value.validTime),
    value: value.flag === MISSING ? null : (value.dischargeM3s ?? null),
    doubtful: value.flag >= DOUBTFUL,
  };
}

const bandsOf = (forecast: Forecast): BandPoint[] =>
  forecast.values.map(one => ({
    time: Date.parse(one.validTime),
    q05: one.q05M3s,
    q25: one.q25M3s,
    q50: one.q50M3s,
    q75: one.q75M3s,
    q95: one.q95M3s,
  }));

const earlierOf = (forecast: Forecast): EarlierForecast => ({
  issueTime: Date.parse(forecast.issueTime),
  points: forecast.values.map(one => ({ time: Date.parse(one.validTime), value: one.q50M3s })),
});

const membersOf = (forecast: Forecast | null): MemberLine[] =>
  (forecast?.members ?? []).map(({ name, values }) => ({
    name,
    points: values.map(one => ({ time: Date.parse(one.validTime), value: one.dischargeM3s })),
  }));

function rainOf(forecast: Forecast, from: number, to: number): RainStep[] {
  const stepMs = forecast.rain.stepSeconds * 1000;
  return forecast.rain.values
    .map(bar => {
      const end = Date.parse(bar.validTime);
      return { from: end - stepMs, to: end, mmPerHour: (bar.rainMm * HOUR_MS) / stepMs, future: bar.origin === 'future' };
    })
    .filter(step => step.to > from && step.from < to);
}
