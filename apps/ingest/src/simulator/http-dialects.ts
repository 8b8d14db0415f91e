import { epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import { answerBucket } from './bucket-dialect.js';
import { EXCHANGE_DIALECTS } from './exchange-dialects.js';
import { answerFiles } from './files-dialect.js';
import { officialForecast } from './official-forecast.js';
import { shownDepths } from './rain-gauges.js';
import { shownValues, type ShownValue, type SimulatedWorld } from './simulated-world.js';

/** What a simulated service answers. */
export interface SimulatedAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

const json = (value: unknown, status = 200): SimulatedAnswer => ({ status, type: 'application/json', body: JSON.stringify(value) });

const DAY_MS = 86_400_000;
const CUBIC_FOOT = 0.3048 ** 3;

/** Simulated services by their path, each in its dialect. */
export const HTTP_DIALECTS: readonly {
  readonly path: RegExp;
  readonly answer: (world: SimulatedWorld, url: URL, match: RegExpExecArray) => SimulatedAnswer | Promise<SimulatedAnswer>;
}[] = [
  { path: /^\/hubeau\/observations_tr$/, answer: answerHubeau },
  { path: /^\/vigicrues$/, answer: answerVigicrues },
  { path: /^\/vigicrues\/prevision\.json$/, answer: answerPrevision },
  { path: /^\/ea\/id\/stations\/([^/]+)\/readings$/, answer: (world, url, match) => answerEa(world, url, decodeURIComponent(match[1]!)) },
  { path: /^\/usgs\/collections\/continuous\/items$/, answer: answerUsgs },
  { path: /^\/csv$/, answer: answerCsv },
  { path: /^\/rain-csv$/, answer: answerRainCsv },
  { path: /^\/(waterml2|pi-xml|pi-json|ea-xml|usgs-waterml)$/, answer: (world, url, match) => answerExchange(world, url, match[1]!) },
  { path: /^\/bucket(?:\/(.*))?$/, answer: (world, url, match) => answerBucket(world, url, decodeURIComponent(match[1] ?? '')) },
  { path: /^\/files\/(.*)$/, answer: (world, _url, match) => answerFiles(world, decodeURIComponent(match[1]!)) },
];

const fromOf = (world: SimulatedWorld, text: string | null): EpochMs => (text ? parseIso(text) : epochMs(world.now() - DAY_MS));
const listOf = (text: string | null): string[] => (text ?? '').split(',').filter(each => each !== '');

/** What the national service calls a station: eight characters of a site and two of the station. */
export const hubeauCode = (station: string): string => `${station}01`;
const stationOfCode = (code: string): string => code.replace(/01$/, '');

/** Pages by cursor with HTTP 206; for each station row the repeat of its site; l/s; sorted by time. */
function answerHubeau(world: SimulatedWorld, url: URL): SimulatedAnswer {
  const { searchParams } = url;
  const wanted = listOf(searchParams.get('grandeur_hydro'));
  const from = fromOf(world, searchParams.get('date_debut_obs'));
  const stations = wanted.includes('Q') ? listOf(searchParams.get('code_entite')).map(stationOfCode) : [];
  const values = stations.flatMap(station => shownValues(world, station, from)).sort((a, b) => a.time - b.time);
  const rows = values.flatMap(value => [hubeauRow(value, hubeauCode(value.station)), hubeauRow(value, null)]);
  const size = Math.min(20_000, Number(searchParams.get('size') ?? 1000));
  const start = Number(Buffer.from(searchParams.get('cursor') ?? '', 'base64url').toString() || 0);
  const isLast = start + size >= rows.length;
  const next = new URL(url);
  next.searchParams.set('cursor', Buffer.from(String(start + size)).toString('base64url'));
  const page = { count: rows.length, first: url.href, prev: null, next: isLast ? null : next.href, api_version: '2.0.1' };
  return json({ ...page, data: rows.slice(start, start + size) }, isLast ? 200 : 206);
}

const hubeauRow = ({ station, time, discharge }: ShownValue, code: string | null) => ({
  ...{ code_site: station, code_station: code, grandeur_hydro: 'Q', date_obs: toIso(time), resultat_obs: Math.round(discharge * 1000) },
  ...{ code_methode_obs: 8, code_qualification_obs: 16, code_statut: 4, libelle_statut: 'Brute' },
});

function answerVigicrues(world: SimulatedWorld, { searchParams }: URL): SimulatedAnswer {
  const [station, quantity] = [searchParams.get('CdStationHydro') ?? '', searchParams.get('GrdSerie')];
  const values = quantity === 'Q' ? shownValues(world, station, fromOf(world, null)) : [];
  if (values.length === 0) return json({ code: 204, message: 'no data' }); // with HTTP 200, as the real one
  return json({ Serie: { CdStationHydro: station, GrdSerie: 'Q', ObssHydro: values.map(({ time, discharge }) => [time, discharge]) } });
}

function answerPrevision(world: SimulatedWorld, { searchParams }: URL): SimulatedAnswer {
  const [station, quantity] = [searchParams.get('CdStationHydro') ?? '', searchParams.get('GrdSimul') ?? 'Q'];
  const forecast = quantity === 'Q' ? officialForecast(world, station) : null;
  if (forecast === null) return json({ code: 204, message: 'no data' });
  const [low, middle, high] = ['ResMinPrev', 'ResMoyPrev', 'ResMaxPrev'] as const;
  const steps = forecast.steps.map(step => ({ DtPrev: zoned(step.time), [low]: step.low, [middle]: step.middle, [high]: step.high }));
  return json({ Simul: { CdStationHydro: station, GrdSimul: 'Q', DtProdSimul: zoned(forecast.issued), Prevs: steps } });
}

/** 2014-11-04T05:00:00+00:00 */
const zoned = (time: EpochMs): string => toIso(time).replace('Z', '+00:00');

function answerEa(world: SimulatedWorld, url: URL, station: string): SimulatedAnswer {
  const values = shownValues(world, station, fromOf(world, url.searchParams.get('since')));
  const measure = `${url.origin}/ea/id/measures/${station}-flow--i-15_min-m3_s`;
  const rain = `${url.origin}/ea/id/measures/${station}-rainfall-tipping_bucket_raingauge-t-15_min-mm`;
  const depths = shownDepths(world, station, fromOf(world, url.searchParams.get('since')));
  return json({
    items: [
      ...values.map(({ time, discharge }) => ({ dateTime: toIso(time), measure, value: discharge })),
      ...depths.map(({ time, depthMm }) => ({ dateTime: toIso(time), measure: rain, value: depthMm })),
    ],
  });
}

/** Every gauge since `from` (the USGS calls it `startDT`). */
function answerExchange(world: SimulatedWorld, { searchParams }: URL, dialect: string): SimulatedAnswer {
  const from = fromOf(world, searchParams.get('from') ?? searchParams.get('startDT'));
  const gauges = world.domain.stations.filter(({ gauged }) => gauged);
  const { type, write } = EXCHANGE_DIALECTS[dialect as keyof typeof EXCHANGE_DIALECTS];
  return { status: 200, type, body: write(gauges.map(({ id }) => ({ station: id, values: shownValues(world, id, from) }))) };
}

/** Every rain gauge in one table, in mm of the quarter of an hour that ends at the time. */
function answerRainCsv(world: SimulatedWorld, { searchParams }: URL): SimulatedAnswer {
  const from = fromOf(world, searchParams.get('from'));
  const lines = world.domain.rainGauges
    .flatMap(({ id }) => shownDepths(world, id, from))
    .map(({ gauge, time, depthMm }) => `${gauge};${toIso(time)};${String(depthMm).replace('.', ',')}`);
  return { status: 200, type: 'text/csv', body: `gauge;time;depth\n${lines.join('\n')}\n` };
}

/** GeoJSON, values as texts in ft³/s, pages by the link `next`. */
function answerUsgs(world: SimulatedWorld, url: URL): SimulatedAnswer {
  const { searchParams } = url;
  const from = fromOf(world, searchParams.get('datetime')?.split('/')[0] ?? null);
  const station = searchParams.get('monitoring_location_id') ?? '';
  const values = listOf(searchParams.get('parameter_code')).includes('00060') ? shownValues(world, station, from) : [];
  const [limit, offset] = [Number(searchParams.get('limit') ?? 10), Number(searchParams.get('offset') ?? 0)];
  const next = new URL(url);
  next.searchParams.set('offset', String(offset + limit));
  const features = values.slice(offset, offset + limit).map(({ time, discharge }) => ({
    type: 'Feature',
    properties: {
      ...{ monitoring_location_id: station, parameter_code: '00060', statistic_id: '00011', time: toIso(time) },
      ...{ value: (discharge / CUBIC_FOOT).toFixed(3), unit_of_measure: 'ft^3/s', approval_status: 'Provisional' },
    },
  }));
  const links = offset + limit < values.length ? [{ rel: 'next', href: next.href }] : [];
  return json({ type: 'FeatureCollection', features, links });
}

/** Every gauge in one table, as many agencies write it: semicolons and decimal commas. */
function answerCsv(world: SimulatedWorld, { searchParams }: URL): SimulatedAnswer {
  const from = fromOf(world, searchParams.get('from'));
  const gauges = world.domain.stations.filter(({ gauged }) => gauged);
  const lines = gauges
    .flatMap(({ id }) => shownValues(world, id, from))
    .map(({ station, time, discharge }) => `${station};${toIso(time)};${String(discharge).replace('.', ',')}`);
  return { status: 200, type: 'text/csv', body: `station;time;discharge\n${lines.join('\n')}\n` };
}
