import type {
  AccessReply,
  AlertList,
  AlertReply,
  BasinList,
  BasinMap,
  DataStatus,
  Forecast,
  ForecastList,
  ObservationList,
  OperatorActList,
  Problem,
  ReanalysisReply,
  ReplayReply,
  StationList,
  VerdictDecided,
  VerdictList,
  VerdictReply,
} from '#contracts';
import type { StationDetail } from './charts/hydrograph-model.js';
import { pickEarlier } from './earlier-forecasts.js';
import type { Situation } from './situation.js';

/** What the API answered instead of what was asked, in its own words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Who takes an alert, and what for. */
export interface Signature {
  readonly operator: string;
  readonly note?: string;
}

export interface Client {
  /** What these credentials may do; the client's own unless others are to be tried. */
  readAccess(tried?: Readonly<Record<string, string>>): Promise<AccessReply>;
  readSituation(signal: AbortSignal): Promise<Situation>;
  readStation(station: string, signal: AbortSignal): Promise<StationDetail>;
  /** What late and corrected values changed in the last days. */
  readReanalysis(basin: string, signal: AbortSignal): Promise<ReanalysisReply>;
  /** What operators did, newest first; with `before` what came before that act. */
  readActs(before: number | null, signal: AbortSignal): Promise<OperatorActList>;
  /** Values of the last 48 h, and what operators decided of a rain gauge. */
  readRainGauge(gauge: string, signal: AbortSignal): Promise<RainGaugeDetail>;
  acknowledge(alert: string, signature: Signature): Promise<AlertReply>;
  decide(place: string, verdict: VerdictDecided): Promise<VerdictReply>;
  pause(): Promise<ReplayReply>;
  resume(): Promise<ReplayReply>;
  setSpeed(minutesPerSecond: number | null): Promise<ReplayReply>;
}

export interface RainGaugeDetail {
  readonly values: ObservationList['values'];
  readonly verdicts: VerdictList['verdicts'];
}

const TIMEOUT_MS = 15_000;
const PAST_MS = 30 * 3_600_000;
const KEPT_FORECASTS = 60;
const SHOWN_ACTS = 20;
const ACCEPT = { accept: 'application/json' } as const;

/** Asks under one address, with whatever the caller has to show. */
interface Api {
  get<T>(path: string, signal: AbortSignal): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
}

/** What each request carries to say who asks. */
export type Credentials = () => Readonly<Record<string, string>>;

/** Reads /v1. The map never changes and a published forecast is never overwritten, so both are read once. */
export function createClient(base: string, credentials: Credentials = () => ({})): Client {
  const api = createApi(base, credentials);
  const maps = new Map<string, BasinMap>();
  const issued = new Map<string, Forecast>();
  return {
    readAccess: (tried = credentials()) => createApi(base, () => tried).get<AccessReply>('access', AbortSignal.timeout(TIMEOUT_MS)),
    readSituation: signal => readSituation({ api, signal, maps }),
    readStation: (station, signal) => readStation(station, { api, signal, issued }),
    readReanalysis: (basin, signal) => api.get<ReanalysisReply>(`basins/${encodeURIComponent(basin)}/reanalysis`, signal),
    readActs: (before, signal) =>
      api.get<OperatorActList>(`operator-acts?limit=${SHOWN_ACTS}${before === null ? '' : `&before=${before}`}`, signal),
    readRainGauge: (gauge, signal) => readRainGauge(gauge, api, signal),
    acknowledge: (alert, signature) => api.post<AlertReply>(`alerts/${encodeURIComponent(alert)}/acknowledge`, signature),
    decide: (place, verdict) => api.post<VerdictReply>(`stations/${encodeURIComponent(place)}/verdicts`, verdict),
    pause: () => api.post<ReplayReply>('replay/pause'),
    resume: () => api.post<ReplayReply>('replay/resume'),
    setSpeed: minutesPerSecond => api.post<ReplayReply>('replay/speed', { minutesPerSecond }),
  };
}

async function readSituation(reading: { api: Api; signal: AbortSignal; maps: Map<string, BasinMap> }): Promise<Situation> {
  const { api, signal, maps } = reading;
  const { basins } = await api.get<BasinList>('basins', signal);
  const basin = basins[0];
  if (!basin) throw new Refusal(404, 'No basin is configured', 'Put a domain into deploy/domains and name it in the environment.');
  const [map, stations, alerts, status, replay] = await Promise.all([
    maps.get(basin.id) ?? api.get<BasinMap>(`basins/${basin.id}/map`, signal),
    api.get<StationList>(`stations?basin=${basin.id}`, signal),
    api.get<AlertList>(`alerts?basin=${basin.id}`, signal),
    api.get<DataStatus>(`data-status?basin=${basin.id}`, signal),
    api.get<ReplayReply>('replay', signal),
  ]);
  maps.set(basin.id, map);
  return {
    runKind: stations.runKind,
    marker: stations.marker,
    now: Date.parse(stations.now),
    basin,
    map,
    stations: stations.stations,
    alerts: alerts.alerts,
    inputs: status.inputs,
    feeds: status.feeds,
    refused: { count: status.rejects24h, newest: status.rejects },
    replay: replay.replay,
  };
}

interface StationReading {
  readonly api: Api;
  readonly signal: AbortSignal;
  readonly issued: Map<string, Forecast>;
}

async function readRainGauge(gauge: string, api: Api, signal: AbortSignal): Promise<RainGaugeDetail> {
  const url = `stations/${encodeURIComponent(gauge)}`;
  const [{ values }, { verdicts }] = await Promise.all([
    api.get<ObservationList>(`${url}/observations?variable=P`, signal),
    api.get<VerdictList>(`${url}/verdicts`, signal),
  ]);
  return { values, verdicts };
}

async function readStation(station: string, reading: StationReading): Promise<StationDetail> {
  const { api } = reading;
  const url = `stations/${encodeURIComponent(station)}`;
  const [forecast, list] = await Promise.all([
    unlessAbsent(api.get<Forecast>(`${url}/forecast`, reading.signal)),
    unlessAbsent(api.get<ForecastList>(`${url}/forecasts?limit=60`, reading.signal)),
  ]);
  if (forecast) keepIssued(`${url}?issueTime=${encodeURIComponent(forecast.issueTime)}`, forecast, reading.issued);
  const from = forecast ? new Date(Date.parse(forecast.issueTime) - PAST_MS).toISOString() : undefined;
  const since = from ? `?from=${from}` : '';
  const [observations, verdicts, earlier] = await Promise.all([
    api.get<ObservationList>(`${url}/observations${since}`, reading.signal),
    api.get<VerdictList>(`${url}/verdicts${since}`, reading.signal),
    Promise.all(pickEarlier(forecast, list?.forecasts ?? []).map(issueTime => readIssued(url, issueTime, reading))),
  ]);
  return { forecast, earlier: earlier.filter(one => one !== null), observations: observations.values, verdicts: verdicts.verdicts };
}

async function readIssued(url: string, issueTime: string, reading: StationReading): Promise<Forecast | null> {
  const key = `${url}?issueTime=${encodeURIComponent(issueTime)}`;
  const kept = reading.issued.get(key);
  if (kept) return kept;
  const read = await unlessAbsent(reading.api.get<Forecast>(`${url}/forecast?issueTime=${encodeURIComponent(issueTime)}`, reading.signal));
  if (read) keepIssued(key, read, reading.issued);
  return read;
}

/** The forecast of now is an earlier one soon. */
function keepIssued(key: string, forecast: Forecast, issued: Map<string, Forecast>): void {
  issued.set(key, forecast);
  const oldest = issued.keys().next().value;
  if (issued.size > KEPT_FORECASTS && oldest !== undefined) issued.delete(oldest);
}

/** 404 on a read means "not yet", which the page says in its own place; everything else stays an error. */
async function unlessAbsent<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

const createApi = (base: string, credentials: Credentials): Api => ({
  get: (path, signal) =>
    request(`${base}${path}`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      cache: 'no-store',
      headers: { ...ACCEPT, ...credentials() },
    }),
  post: (path, body = {}) =>
    request(`${base}${path}`, {
      method: 'POST',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { ...ACCEPT, ...credentials(), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
});

async function request<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (response.ok) return (await response.json()) as T;
  const problem = await readProblem(response);
  throw new Refusal(response.status, problem?.detail ?? `${response.status} ${response.statusText} from ${url}`, problem?.remedy ?? '');
}

async function readProblem(response: Response): Promise<Partial<Problem> | null> {
  try {
    return (await response.json()) as Partial<Problem>;
  } catch {
    return null;
  }
}
