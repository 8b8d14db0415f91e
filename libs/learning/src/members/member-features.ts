import { ERROR_LEADS_H, LEAD_HOURS, PAST_HOURS, type MemberInputs, type StationInputs } from './member-inputs.js';

/** `corrector` corrects the issued forecast; `lstm` forecasts from rain and past discharge alone. */
export const MEMBER_KINDS = ['corrector', 'lstm'] as const;
export type MemberKind = (typeof MEMBER_KINDS)[number];

/** Of one gauge over the fitted period: what its series are divided by. */
export interface StationScale {
  /** Standard deviation of √Q. */
  readonly discharge: number;
  /** Standard deviation of the square root of hourly rain. */
  readonly rain: number;
}

export const SEQUENCE_HOURS = PAST_HOURS + LEAD_HOURS;

const channelsOf: Readonly<Record<MemberKind, readonly ((station: StationInputs, scale: StationScale) => readonly number[])[]>> = {
  lstm: [observedRoot, isKnown, rainRoot],
  corrector: [
    freeError,
    isKnown,
    ...ERROR_LEADS_H.map((_, lead) => (station: StationInputs, scale: StationScale) => issuedError(station, scale, lead)),
    physicsRoot,
    physicsChange,
    analysisDifference,
    freeDifference,
    rainRoot,
  ],
};

/** Channels of a kind for a number of gauges; one more says which hours are to come. */
export const channelCount = (kind: MemberKind, stations: number): number => channelsOf[kind].length * stations + 1;

/**
 * The sequence that a network reads, [hour × channels + channel], past hours then lead hours. All discharges as √Q over the gauge's scale, so that a
 * flood does not drown everything else; what is not known is 0 and marked so.
 */
export function memberFeatures(kind: MemberKind, inputs: MemberInputs, scales: readonly StationScale[]): Float64Array {
  const columns = inputs.stations.flatMap((station, s) => channelsOf[kind].map(channel => channel(station, scales[s]!)));
  columns.push(hourly(hour => (hour < PAST_HOURS ? 0 : 1)));
  const features = new Float64Array(SEQUENCE_HOURS * columns.length);
  columns.forEach((column, channel) => {
    for (let hour = 0; hour < SEQUENCE_HOURS; hour++) {
      const value = column[hour]!;
      features[hour * columns.length + channel] = Number.isFinite(value) ? value : 0;
    }
  });
  return features;
}

/**
 * What a network's output is added to, [station × LEAD_HOURS + lead], as √Q over the scale: the issued forecast, or the last known discharge. NaN where
 * there is none.
 */
export function memberBase(kind: MemberKind, { stations }: MemberInputs, scales: readonly StationScale[]): Float64Array {
  const base = new Float64Array(stations.length * LEAD_HOURS);
  stations.forEach(({ issued, observed }, s) => {
    const last = observed.findLast(Number.isFinite) ?? Number.NaN;
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      base[s * LEAD_HOURS + lead] = root(kind === 'corrector' ? issued[lead]! : last) / scales[s]!.discharge;
    }
  });
  return base;
}

/** √Q; negative discharge does not exist. */
export const root = (value: number): number => Math.sqrt(Math.max(0, value));

function hourly(value: (hour: number) => number): number[] {
  return Array.from({ length: SEQUENCE_HOURS }, (_, hour) => value(hour));
}

function observedRoot({ observed }: StationInputs, { discharge }: StationScale): number[] {
  return hourly(hour => (hour < PAST_HOURS ? root(observed[hour]!) / discharge : 0));
}

function isKnown({ observed }: StationInputs): number[] {
  return hourly(hour => (hour < PAST_HOURS && Number.isFinite(observed[hour]) ? 1 : 0));
}

function freeError({ observed, free }: StationInputs, { discharge }: StationScale): number[] {
  return hourly(hour => (hour < PAST_HOURS ? (root(observed[hour]!) - root(free[hour]!)) / discharge : 0));
}

function issuedError({ observed, issuedBefore }: StationInputs, { discharge }: StationScale, lead: number): number[] {
  return hourly(hour => (hour < PAST_HOURS ? (root(observed[hour]!) - root(issuedBefore[lead]![hour]!)) / discharge : 0));
}

function physicsRoot({ free, issued }: StationInputs, { discharge }: StationScale): number[] {
  return hourly(hour => root(hour < PAST_HOURS ? free[hour]! : issued[hour - PAST_HOURS]!) / discharge);
}

/** Rise or fall of the forecast since the hour before: where errors of timing are large. */
function physicsChange(station: StationInputs, scale: StationScale): number[] {
  const level = physicsRoot(station, scale);
  return hourly(hour => (hour === 0 || hour === PAST_HOURS ? 0 : level[hour]! - level[hour - 1]!));
}

function analysisDifference({ analysis, issued }: StationInputs, { discharge }: StationScale): number[] {
  return hourly(hour => (hour < PAST_HOURS ? 0 : (root(analysis[hour - PAST_HOURS]!) - root(issued[hour - PAST_HOURS]!)) / discharge));
}

function freeDifference({ openLoop, issued }: StationInputs, { discharge }: StationScale): number[] {
  return hourly(hour => (hour < PAST_HOURS ? 0 : (root(openLoop[hour - PAST_HOURS]!) - root(issued[hour - PAST_HOURS]!)) / discharge));
}

function rainRoot({ rain: depths }: StationInputs, { rain }: StationScale): number[] {
  return hourly(hour => root(depths[hour]!) / rain);
}
