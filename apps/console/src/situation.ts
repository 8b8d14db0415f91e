import type { AlertView, BasinMap, BasinSummary, FeedView, InputStatus, RejectView, ReplayState, RunKind, StationView } from '#contracts';
import { formatChance, formatDischarge, formatDuration, formatStamp, formatWhen } from './format.js';
import { urgencyOf, worstOf } from './level-mark.js';
import type { Condition } from './palette.js';

/** Everything the page shows except the chart, as read in one refresh. */
export interface Situation {
  readonly runKind: RunKind;
  readonly marker: string | null;
  /** The system's clock, epoch ms; ages are counted from it. */
  readonly now: number;
  readonly basin: BasinSummary;
  readonly map: BasinMap;
  readonly stations: readonly StationView[];
  readonly alerts: readonly AlertView[];
  readonly inputs: readonly InputStatus[];
  /** The live sources; none in a replay. */
  readonly feeds: readonly FeedView[];
  /** What was refused in the last 24 h: how many, and the newest. */
  readonly refused: { readonly count: number; readonly newest: readonly RejectView[] };
  readonly replay: ReplayState | null;
}

/** How one station stands, each side on its own and together. */
export interface StationStanding {
  readonly station: StationView;
  /** Null: there is no gauge to observe. */
  readonly observed: Condition | null;
  readonly forecast: Condition;
  readonly worst: Condition;
  /** Part of it rests on nothing recent: the mark is drawn broken and says "?". */
  readonly blind: boolean;
}

export interface Headline {
  readonly condition: Condition;
  readonly title: string;
  readonly detail: string;
  readonly station: string | null;
  /** Time left until the level is crossed. */
  readonly countdown: { readonly value: string; readonly caption: string } | null;
}

const FIRST_STEP_MS = 15 * 60_000;

const QUIET = { station: null, countdown: null } as const;

const isSilent = (input: InputStatus | undefined): boolean => input === undefined || input.state === 'silent' || input.state === 'never';

/** The standing of a station. What is silent is unknown, whatever its last value said; a raised alert keeps its level. */
export function standingOf(station: StationView, inputs: readonly InputStatus[]): StationStanding {
  const gauge = inputs.find(input => input.kind === 'gauge' && input.input === station.id);
  const cycle = inputs.find(input => input.kind === 'cycle');
  const observed: Condition | null = station.gauged
    ? station.observed && !isSilent(gauge)
      ? (station.observed.exceeds ?? 'below')
      : 'unknown'
    : null;
  const forecast: Condition = station.forecast && !isSilent(cycle) ? (station.forecast.exceeds ?? 'below') : 'unknown';
  const parts: Condition[] = observed === null ? [forecast] : [forecast, observed];
  if (station.alert.level) parts.push(station.alert.level);
  return { station, observed, forecast, worst: worstOf(parts), blind: parts.includes('unknown') || station.alert.stale };
}

/** Most urgent first, then the larger river. */
export function rankStations(situation: Pick<Situation, 'stations' | 'inputs'>): StationStanding[] {
  return situation.stations
    .map(station => standingOf(station, situation.inputs))
    .sort((a, b) => urgencyOf(b.worst) - urgencyOf(a.worst) || b.station.areaKm2 - a.station.areaKm2);
}

/** The one sentence that is read first. Good news is only said when every input and the forecast are there to support it. */
export function sayHeadline(situation: Situation): Headline {
  const ranked = rankStations(situation);
  const worst = ranked[0];
  if (!worst) return { ...QUIET, condition: 'unknown', title: 'No station is configured', detail: 'Add stations to domain.yaml.' };
  if (worst.worst === 'below') return sayAllBelow(situation, ranked.length);
  if (worst.worst === 'unknown') return sayUnknown(situation, ranked);
  return sayExceedance(situation, ranked, worst);
}

function sayAllBelow(situation: Situation, count: number): Headline {
  const absent = situation.inputs.filter(input => input.state !== 'fresh');
  if (absent.length > 0) {
    return {
      ...QUIET,
      condition: 'unknown',
      title: 'Nothing above yellow in what has arrived',
      detail: `${listOf(absent.map(sayInput))}. Silence is not safety.`,
    };
  }
  return {
    ...QUIET,
    condition: 'below',
    title: `All ${count} stations below yellow`,
    detail: 'Observed and forecast for the next 24 h; every input is fresh.',
  };
}

function sayUnknown(situation: Situation, ranked: readonly StationStanding[]): Headline {
  const blind = ranked.filter(one => one.worst === 'unknown');
  const cycle = situation.inputs.find(input => input.kind === 'cycle');
  const first = blind[0]?.station.id ?? null;
  if (isSilent(cycle)) {
    const since = cycle?.newest
      ? `the newest was issued ${formatWhen(Date.parse(cycle.newest), situation.now)}`
      : 'none has been issued yet';
    return {
      ...QUIET,
      condition: 'unknown',
      title: 'No current forecast',
      detail: `${capital(since)}. Silence is not safety.`,
      station: first,
    };
  }
  return {
    ...QUIET,
    condition: 'unknown',
    title: `${listOf(blind.map(one => one.station.name))}: situation unknown`,
    detail: 'No recent observation there. Silence is not safety; the forecast of the others is below yellow.',
    station: first,
  };
}

function sayExceedance(situation: Situation, ranked: readonly StationStanding[], worst: StationStanding): Headline {
  const { station } = worst;
  const same = ranked.filter(one => one.worst === worst.worst).length - 1;
  const others = same > 0 ? `, and ${same} more ${same === 1 ? 'station' : 'stations'}` : '';
  const crossing = crossingOf(worst, situation.now);
  const how = worst.observed === worst.worst ? 'observed' : worst.forecast === worst.worst ? 'forecast' : 'alert standing';
  return {
    condition: worst.worst,
    title: `${capital(worst.worst)} ${how} · ${station.name}${others}`,
    detail: [sayObserved(station, situation.now), sayForecast(worst, situation)].filter(Boolean).join(' '),
    station: station.id,
    countdown: crossing === null ? null : { value: formatDuration(crossing.time - situation.now), caption: `until ${worst.worst}` },
  };
}

function sayObserved(station: StationView, now: number): string {
  if (!station.observed) return station.gauged ? 'No recent observation.' : 'Ungauged.';
  const { dischargeM3s, validTime } = station.observed;
  return `${formatDischarge(dischargeM3s)} m³/s at ${formatStamp(Date.parse(validTime), now)}${sayTrend(station)}.`;
}

/** ", rising 12.4 m³/s per hour" */
export function sayTrend(station: StationView): string {
  const change = station.observed?.changeM3sPerHour;
  if (change === null || change === undefined || !station.observed) return '';
  const small = Math.abs(change) < Math.max(0.02, 0.01 * station.observed.dischargeM3s);
  return small ? ', steady' : `, ${change > 0 ? 'rising' : 'falling'} ${formatDischarge(Math.abs(change))} m³/s per hour`;
}

function sayForecast(standing: StationStanding, situation: Situation): string {
  const { station, worst } = standing;
  if (!station.forecast) return 'No forecast has been issued.';
  const crossing = crossingOf(standing, situation.now);
  if (!crossing) return sayPeak(station, situation.now);
  const chance = crossing.probability === null ? '' : `, chance ${formatChance(crossing.probability)}`;
  return `Crosses ${worst} at ${formatStamp(crossing.time, situation.now)}${chance}. ${sayPeak(station, situation.now)}`;
}

/** When the newest forecast crosses the worst level, where that lies ahead and the river is not above it yet. */
function crossingOf(standing: StationStanding, now: number): { readonly time: number; readonly probability: number | null } | null {
  const { forecast } = standing.station;
  if (standing.observed === standing.worst || !forecast?.firstCrossing || forecast.exceeds !== standing.worst) return null;
  const time = Date.parse(forecast.firstCrossing);
  const waits = time > now && time - Date.parse(forecast.issueTime) > FIRST_STEP_MS;
  return waits ? { time, probability: forecast.probability } : null;
}

/** A peak in the first step is none: the river only falls from here. */
export function onlyFalls(forecast: NonNullable<StationView['forecast']>): boolean {
  return Date.parse(forecast.peakTime) - Date.parse(forecast.issueTime) <= FIRST_STEP_MS;
}

/** Where the peak lies ahead, or that the forecast only falls. */
export function sayPeak(station: StationView, now: number): string {
  if (!station.forecast) return '';
  const { peakM3s, peakLowM3s, peakHighM3s, peakTime } = station.forecast;
  const time = Date.parse(peakTime);
  const range = `${formatDischarge(peakM3s)} m³/s (${formatDischarge(peakLowM3s)}–${formatDischarge(peakHighM3s)})`;
  if (onlyFalls(station.forecast)) return `Forecast to fall from ${range}.`;
  return `Peak ${range} at ${formatStamp(time, now)}, ${formatWhen(time, now)}.`;
}

/** "Rain 1 h 10 old" */
export function sayInput(input: InputStatus): string {
  if (input.ageMinutes === null) return `${input.name}: nothing received`;
  return `${input.name} ${formatDuration(input.ageMinutes * 60_000)} old`;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function listOf(words: readonly string[]): string {
  if (words.length > 3) return `${words.slice(0, 2).join(', ')} and ${words.length - 2} more`;
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
