import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveSource, LoadedDomain } from '#config';
import { MINUTE_MS, epochMs, toIso, type EpochMs, type Mesh } from '#hydrology';
import {
  meanDepth,
  type RainRaster,
  type RawGaugeValue,
  type RawObservation,
  type RawRainDepth,
  type RawRainGrid,
  type Reject,
} from '#observation';
import type { RainDecoder } from '../decode/rain-decoder.js';
import { SourceFailure } from '../http/source-failure.js';
import { openFeed } from './open-feed.js';

/** What one try of a source understood. Nothing is published, no file is moved. */
export interface FeedCheck {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  /** It answered and gave at least one value. */
  readonly ok: boolean;
  /** Why it could not be asked or read; null = it could. */
  readonly failure: string | null;
  readonly seconds: number;
  readonly answers: readonly { readonly from: string; readonly rows: number; readonly others: number }[];
  readonly gauges: readonly CheckedGauge[];
  /** Gauged stations that were asked for and gave nothing. */
  readonly without: readonly string[];
  readonly rain: readonly CheckedRain[];
  readonly rejects: readonly { readonly code: string; readonly count: number; readonly example: string }[];
}

export interface CheckedGauge {
  readonly station: string;
  readonly variable: 'Q' | 'H' | 'P';
  readonly unit: string;
  readonly from: string;
  readonly to: string;
  readonly ageMinutes: number;
  /** Ascending in time; null = reported as missing. */
  readonly values: readonly (number | null)[];
}

export interface CheckedRain {
  readonly file: string;
  readonly product: string;
  readonly grid: string;
  readonly from: string;
  readonly to: string;
  /** Share of the basin's cells that have a value. */
  readonly coverage: number;
  readonly meanMm: number | null;
  readonly largestMm: number | null;
  /** Cells (of spokes: rays) of the whole file that each filter took out. */
  readonly filtered: Readonly<Record<string, number>>;
  /** On the basin's mesh, one character a cell or more; see `drawRain`. */
  readonly map: readonly string[];
}

/** Files that a try fetches, and how long it listens to a broker that has nothing to say. */
const TRIAL = { mostFiles: 4, waitMs: 30_000 };

/** Tries a source of a domain once. Never rejects: what went wrong is in the report. */
export async function checkFeed(
  settings: LiveSource,
  domain: LoadedDomain,
  { decoder, now }: { readonly decoder: RainDecoder; readonly now: () => EpochMs },
): Promise<FeedCheck> {
  const answers: FeedCheck['answers'][number][] = [];
  const refused: Reject[] = [];
  const rasters: { name: string; raster: RainRaster }[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'freshet-check-'));
  const opened = openFeed(settings, {
    ...{ domain, decoder, now, services: new Map(), trial: { ...TRIAL, folder } },
    onAnswer: ({ url, rows, others, rejects }) => {
      answers.push({ from: url, rows, others });
      refused.push(...rejects);
    },
    onRaster: (name, raster) => rasters.push({ name, raster }),
  });
  const begun = performance.now();
  const until = now();
  const window = { after: epochMs(until - opened.reachMs - opened.overlapMs), until };
  const { received, failure } = await tryOnce(opened.source.poll(window, new AbortController().signal));
  await opened.source.leave?.();
  await rm(folder, { recursive: true, force: true });
  const gauges = gaugesOf(received, until);
  const rain = rainOf(received, rasters, domain.mesh);
  return {
    ...{ id: settings.id, kind: settings.kind, address: opened.address, failure, answers, gauges, rain },
    ok: failure === null && gauges.length + rain.length > 0,
    seconds: (performance.now() - begun) / 1000,
    without: opened.inputs.filter(input => input !== 'rain' && !gauges.some(({ station }) => station === input)),
    rejects: rejectsOf(received, refused),
  };
}

async function tryOnce(poll: AsyncIterable<RawObservation>): Promise<{ received: RawObservation[]; failure: string | null }> {
  const received: RawObservation[] = [];
  try {
    for await (const one of poll) received.push(one);
    return { received, failure: null };
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    return { received, failure: `${error.code}: ${error.message}` };
  }
}

function gaugesOf(received: readonly RawObservation[], now: EpochMs): CheckedGauge[] {
  const series = new Map<string, (RawGaugeValue | RawRainDepth)[]>();
  for (const one of received) {
    if (one.kind !== 'gauge' && one.kind !== 'rain-gauge') continue;
    const key = `${one.station}/${quantityOf(one).variable}`;
    series.set(key, [...(series.get(key) ?? []), one]);
  }
  return [...series.values()].map(values => {
    const ascending = values.toSorted((a, b) => a.validTime - b.validTime);
    const [first, last] = [ascending[0]!, ascending.at(-1)!];
    return {
      ...{ station: first.station, ...quantityOf(last), from: toIso(first.validTime), to: toIso(last.validTime) },
      ageMinutes: Math.round((now - last.validTime) / MINUTE_MS),
      values: ascending.map(({ value }) => value),
    };
  });
}

/** Of rain the unit says over how long it was collected. */
function quantityOf(one: RawGaugeValue | RawRainDepth): Pick<CheckedGauge, 'variable' | 'unit'> {
  if (one.kind === 'gauge') return { variable: one.variable, unit: one.unit };
  return { variable: 'P', unit: `mm in ${Math.round(one.durationMs / MINUTE_MS)} min` };
}

function rainOf(received: readonly RawObservation[], rasters: readonly { name: string; raster: RainRaster }[], mesh: Mesh): CheckedRain[] {
  const grids = received.filter((one): one is RawRainGrid => one.kind === 'rain');
  return grids.map(grid => {
    const { name = '', raster } = rasters.find(each => each.raster.to === grid.validTime) ?? {};
    const seen = grid.values.filter(depth => !Number.isNaN(depth));
    const { rows = 0, columns = 0, xResolution = 0 } = raster?.grid ?? {};
    return {
      ...{ file: name, product: raster?.product ?? '', grid: `${rows} × ${columns} cells of ${Number(xResolution.toPrecision(6))}` },
      ...{ from: toIso(epochMs(grid.validTime - grid.durationMs)), to: toIso(grid.validTime), coverage: seen.length / grid.values.length },
      ...{ meanMm: meanDepth(grid.values), largestMm: seen.length === 0 ? null : Math.max(...seen) },
      filtered: { ...grid.filtered },
      map: drawRain(grid.values, mesh),
    };
  });
}

/** Of what the poll handed on and of all rows of its answers, whichever says more of a code: the poll sums up what repeats. */
function rejectsOf(received: readonly RawObservation[], refused: readonly Reject[]): FeedCheck['rejects'] {
  const handedOn = countByCode(received.filter(one => one.kind === 'reject'));
  const inRows = countByCode(refused);
  return [...new Set([...handedOn.keys(), ...inRows.keys()])].map(code => {
    const counts = [inRows.get(code) ?? [], handedOn.get(code) ?? []].map(messages => messages.length);
    return { code, count: Math.max(...counts), example: (inRows.get(code) ?? handedOn.get(code))![0]! };
  });
}

function countByCode(rejects: readonly { readonly code: string; readonly message: string }[]): Map<string, string[]> {
  const byCode = new Map<string, string[]>();
  for (const { code, message } of rejects) {
    const messages = byCode.get(code);
    if (messages === undefined) byCode.set(code, [message]);
    else messages.push(message);
  }
  return byCode;
}

const WIDEST = 60;
/** Upper ends in mm: dry, then ever more. */
const SHADES: readonly (readonly [upTo: number, mark: string])[] = [
  [0, '·'],
  [0.5, '1'],
  [1, '2'],
  [2, '3'],
  [5, '4'],
  [10, '5'],
  [20, '6'],
  [50, '7'],
  [Infinity, '8'],
];

/** What the marks of a map mean. */
export const MAP_KEY =
  '· dry, 1 to .5 mm, 2 to 1, 3 to 2, 4 to 5, 5 to 10, 6 to 20, 7 to 50, 8 more; ? not seen; blank: outside of the basin';

/** A map of the basin in characters, the largest depth of the cells under each; north is up. */
export function drawRain(values: Float32Array, mesh: Mesh): string[] {
  const block = Math.max(1, Math.ceil(mesh.columns / WIDEST));
  const lines = Array.from({ length: Math.ceil(mesh.rows / block) }, () =>
    Array<number | null>(Math.ceil(mesh.columns / block)).fill(null),
  );
  values.forEach((depth, cell) => {
    const [row, column] = [Math.floor(mesh.row[cell]! / block), Math.floor(mesh.column[cell]! / block)];
    const before = lines[row]![column];
    lines[row]![column] =
      before === null || before === undefined || Number.isNaN(before) ? depth : Math.max(before, Number.isNaN(depth) ? 0 : depth);
  });
  return lines.map(line =>
    line
      .map(depth => (depth === null ? ' ' : markOf(depth)))
      .join('')
      .trimEnd(),
  );
}

const markOf = (depth: number): string => (Number.isNaN(depth) ? '?' : SHADES.find(([upTo]) => depth <= upTo)![1]);
