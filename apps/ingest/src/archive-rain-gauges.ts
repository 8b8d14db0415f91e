import type { Message } from '#bus';
import type { DomainRainGauge } from '#config';
import type { RainGaugeMessage } from '#contracts';
import { HOUR_MS, epochMs, toIso, type EpochMs, type RainGrid } from '#hydrology';
import { RAIN_GAUGE_LIMITS, judgeRainDepth, reject, type RainDepth, type RainGaugeLimits } from '#observation';
import {
  applyVerdicts,
  inTransaction,
  lockVerdicts,
  readRainAt,
  readReceivedDepths,
  writeRainGauges,
  writeRejects,
  type ReceivedDepth,
  type RainGaugeRow,
  type RejectRow,
} from '#store';
import { basinOf, type Archive, type ArchivedBasin, type ArchivedRainGauge } from './archive.js';

/** The rain gauges of a domain as the archive checks them: by the usual limits, unless domain.yaml knows better. */
export function archivedRainGauges(gauges: readonly DomainRainGauge[]): ReadonlyMap<string, ArchivedRainGauge> {
  return new Map(
    gauges.map(({ id, cell, quality }) => {
      const { sameReading, blockedWindow, ...choices } = quality;
      const known = Object.entries({ ...choices, sameReadingMs: sameReading, blockedWindowMs: blockedWindow });
      const chosen = Object.fromEntries(known.filter(([, one]) => one !== undefined)) as Partial<RainGaugeLimits>;
      return [id, { cell, limits: { ...RAIN_GAUGE_LIMITS, ...chosen } }];
    }),
  );
}

/**
 * Checks and archives depths of rain gauges. Each is judged by what was known when it was received, the radar over it too, so a replay
 * judges as operations did; the archive keeps what was sent.
 */
export async function archiveRainGauges(archive: Archive, batch: readonly Message<'obs.rain-gauge.v1'>[]): Promise<void> {
  const basin = basinOf(archive, batch[0]!.key);
  const inOrder = batch.map(({ value }) => value).sort((a, b) => a.receivedAt - b.receivedAt);
  const known = await KnownRain.read(archive, basin, inOrder);
  const [rows, rejects]: [RainGaugeRow[], RejectRow[]] = [[], []];
  for (const message of inOrder) {
    for (const sent of [...message.values].sort((a, b) => a.validTime - b.validTime)) {
      const found = judge(basin, known, message, sent);
      if ('code' in found) rejects.push(found);
      else rows.push(found);
    }
  }
  for (const { code, message } of rejects) archive.logger.warn({ basin: basin.basin, code }, message);
  await inTransaction(archive.pool, async client => {
    await lockVerdicts(client, basin.basin);
    await writeRainGauges(client, basin.basin, rows);
    await applyVerdicts(
      client,
      basin.basin,
      rows.map(({ gauge, validTime }) => ({ station: gauge, variable: 'P', validTime })),
    );
    await writeRejects(client, basin.basin, rejects);
  });
}

function judge(
  { rainGauges }: ArchivedBasin,
  known: KnownRain,
  { source, receivedAt: at }: RainGaugeMessage,
  sent: RainGaugeMessage['values'][number],
): RainGaugeRow | RejectRow {
  const { gauge, durationMs, depthMm } = sent;
  const [receivedAt, validTime] = [epochMs(at), epochMs(sent.validTime)];
  const of = rainGauges?.get(gauge);
  if (of === undefined) {
    const what = `rain of ${gauge} at ${toIso(validTime)}`;
    const message = `${what}: this basin has no such rain gauge; it has ${[...(rainGauges?.keys() ?? [])].join(', ') || 'none'}`;
    return { source, receivedAt, ...reject('STATION_UNKNOWN', message), payload: sent };
  }
  const depth: RainDepth = { validTime, durationMs, value: depthMm };
  const around = { history: known.before(gauge, depth, receivedAt), radar: known.radarOver(of.cell, receivedAt), receivedAt };
  const quality = judgeRainDepth(depth, around, of.limits);
  known.add({ gauge, ...depth, receivedAt });
  return { gauge, validTime, durationMs, receivedAt, depthMm, ...quality, source };
}

/** What was received of the gauges and of the radar over them, as far back as the checks look. */
class KnownRain {
  readonly #depths = new Map<string, ReceivedDepth[]>();

  private constructor(
    depths: readonly ReceivedDepth[],
    private readonly radar: readonly RainGrid[],
    private readonly placeOf: ReadonlyMap<number, number>,
  ) {
    for (const one of depths) this.add(one);
  }

  static async read(
    { pool }: Archive,
    { basin, rainGauges = new Map() }: ArchivedBasin,
    messages: readonly RainGaugeMessage[],
  ): Promise<KnownRain> {
    const times = messages.flatMap(({ values }) => values.map(({ validTime }) => validTime));
    const gauges = [...rainGauges.values()];
    if (times.length === 0 || gauges.length === 0) return new KnownRain([], [], new Map());
    const reachMs = HOUR_MS + Math.max(...gauges.map(({ limits }) => Math.max(limits.blockedWindowMs, limits.sameReadingMs)));
    const span = { basin, from: epochMs(reduce(times, Math.min) - reachMs), to: epochMs(reduce(times, Math.max)) };
    const cells = [...new Set(gauges.map(({ cell }) => cell))];
    const query = { ...span, asOf: epochMs(messages.at(-1)!.receivedAt) };
    const [depths, radar] = await Promise.all([readReceivedDepths(pool, query), readRainAt(pool, query, cells)]);
    return new KnownRain(depths, radar, new Map(cells.map((cell, place) => [cell, place])));
  }

  add(one: ReceivedDepth): void {
    const known = this.#depths.get(one.gauge);
    if (known === undefined) this.#depths.set(one.gauge, [one]);
    else known.push(one);
  }

  /** Depths of the gauge before this one that had been received, ascending; of revisions the last. */
  before(gauge: string, { validTime }: RainDepth, receivedAt: EpochMs): RainDepth[] {
    const latest = new Map<number, ReceivedDepth>();
    for (const one of this.#depths.get(gauge) ?? []) {
      if (one.validTime < validTime && one.receivedAt <= receivedAt) latest.set(one.validTime, one);
    }
    return [...latest.values()].sort((a, b) => a.validTime - b.validTime);
  }

  /** Received before: what comes at the same time may be archived sooner or later. */
  radarOver(cell: number, receivedAt: EpochMs): RainDepth[] {
    const latest = new Map<number, RainDepth>();
    const place = this.placeOf.get(cell)!;
    for (const grid of this.radar) {
      if (grid.receivedAt < receivedAt) latest.set(grid.validTime, { ...grid, value: grid.values[place] ?? NaN });
    }
    return [...latest.values()];
  }
}

const reduce = (values: readonly number[], pick: (a: number, b: number) => number): number => values.reduce((a, b) => pick(a, b));
