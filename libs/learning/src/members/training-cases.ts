import { HOUR_MS, type StationId } from '#hydrology';
import { memberBase, memberFeatures, root, SEQUENCE_HOURS, type MemberKind, type StationScale } from './member-features.js';
import { LEAD_HOURS, type MemberInputs, type StationInputs } from './member-inputs.js';

/** Trusted discharge of a gauge at a full hour, m³/s, NaN where there is none. */
export type ObservedAt = (station: StationId, time: number) => number;

/** What a network is trained on, a row a case. */
export interface TrainingRows {
  readonly count: number;
  readonly channels: number;
  readonly outputs: number;
  /** [case][hour × channels + channel] */
  readonly features: readonly Float64Array[];
  /** [case][lead × outputs + output]: what the output should be, 0 where nobody knows. */
  readonly wanted: readonly Float64Array[];
  /** The same shape: 1 where it is known, 0 where not. */
  readonly weight: readonly Float64Array[];
}

/** Scales of √Q and √rain at each gauge, from the cases alone. */
export function scalesOf(cases: readonly MemberInputs[], observedAt: ObservedAt): StationScale[] {
  return cases[0]!.stations.map(({ station }, s) => ({
    discharge: deviation(cases.map(({ hour }) => root(observedAt(station, hour)))),
    rain: deviation(cases.map(({ stations }) => root(stations[s]!.rain.at(-LEAD_HOURS - 1)!))),
  }));
}

function deviation(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
}

/** Features and what the network should add to its base, for every case. */
export function trainingRows(
  kind: MemberKind,
  cases: readonly MemberInputs[],
  scales: readonly StationScale[],
  observedAt: ObservedAt,
): TrainingRows {
  const outputs = scales.length;
  const rows = cases.map(one => wantedOf(one, memberBase(kind, one, scales), scales, observedAt));
  const features = cases.map(one => memberFeatures(kind, one, scales));
  return {
    ...{ count: cases.length, channels: features[0]!.length / SEQUENCE_HOURS, outputs, features },
    wanted: rows.map(({ wanted }) => wanted),
    weight: rows.map(({ weight }) => weight),
  };
}

function wantedOf(
  { hour, stations }: MemberInputs,
  base: Float64Array,
  scales: readonly StationScale[],
  observedAt: ObservedAt,
): { wanted: Float64Array; weight: Float64Array } {
  const outputs = stations.length;
  const wanted = new Float64Array(LEAD_HOURS * outputs);
  const weight = new Float64Array(LEAD_HOURS * outputs);
  stations.forEach(({ station }, s) => {
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      const difference = root(observedAt(station, hour + (lead + 1) * HOUR_MS)) / scales[s]!.discharge - base[s * LEAD_HOURS + lead]!;
      if (!Number.isFinite(difference)) continue;
      wanted[lead * outputs + s] = difference;
      weight[lead * outputs + s] = 1;
    }
  });
  return { wanted, weight };
}

/** The same case when the newest hour has not come in: what a network sees in operation a quarter of an hour after the hour. */
export const withoutNewest = (inputs: MemberInputs): MemberInputs => ({
  ...inputs,
  stations: inputs.stations.map((station): StationInputs => ({ ...station, observed: [...station.observed.slice(0, -1), Number.NaN] })),
});
