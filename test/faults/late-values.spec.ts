import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alertedBasin } from '#alerting';
import { createAlerting, startAlerting } from '#apps/alert';
import { CyclePool, beginForecasts, enterDueCycles, enterRewind, spinUpFrom, takeDueCycles, type ForecastRole } from '#apps/forecast';
import { collect, createReplaySource, startArchive, type Collection } from '#apps/ingest';
import { LocalBus } from '#bus';
import type { LoadedDomain } from '#config';
import { BEAT_MS, HOUR_MS, MINUTE_MS, epochMs, parseIso, uniformNumbers, type EpochMs } from '#hydrology';
import type { ObservationSource, RawGaugeValue, RawObservation } from '#observation';
import { createLogger } from '#runtime';
import { OutboxRelay, compareReanalysis, type AlertDifferences } from '#store';
import { openForecastBasin } from '../../apps/freshet/src/open-forecast-basin.js';
import { playBeat } from '../../apps/freshet/src/play-beat.js';
import { loadCance } from '../setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';

/** The record flood. Values stamped in its first 28 hours are disturbed, so that in the end everything has arrived. */
const FROM = parseIso('2014-11-03T16:00Z');
const TO = parseIso('2014-11-05T02:00Z');
const DISTURBED_TO = epochMs(FROM + 24 * HOUR_MS);
/** Of the 72 disturbed values it makes 22 late, and one wrong. */
const SEED = 20;

interface Feed {
  readonly observations: readonly RawObservation[];
  readonly late: number;
  readonly jittered: number;
  readonly repeated: number;
  readonly corrected: number;
}

/** 30 % of the values 75 minutes late, a fifth of the others out of order within an hour, 5 % twice, one wrong at first and corrected hours later. */
function disturb(onTime: readonly RawObservation[]): Feed {
  const uniform = uniformNumbers(SEED);
  const counts = { late: 0, jittered: 0, repeated: 0, corrected: 0 };
  const observations = onTime.flatMap((one): RawObservation[] => {
    if (one.kind !== 'gauge' || one.validTime <= FROM || one.validTime > DISTURBED_TO) return [one];
    const [how, jitter, twice, wrong] = [uniform(), uniform(), uniform(), uniform()];
    const delayMs = how < 0.3 ? 75 * MINUTE_MS : how < 0.44 ? Math.ceil(60 * jitter) * MINUTE_MS : 0;
    counts[how < 0.3 ? 'late' : 'jittered'] += delayMs > 0 ? 1 : 0;
    const sent = received(one, delayMs);
    if (twice < 0.05) counts.repeated++;
    if (wrong < 0.02) counts.corrected++;
    return [
      ...(wrong < 0.02 ? [{ ...sent, value: sent.value! * 1.6 }, received(one, 5 * HOUR_MS)] : [sent]),
      ...(twice < 0.05 ? [received(sent, 30 * MINUTE_MS)] : []),
    ];
  });
  return { observations, ...counts };
}

const received = (value: RawGaugeValue, laterMs: number): RawGaugeValue => ({ ...value, receivedAt: epochMs(value.receivedAt + laterMs) });

const sourceOf = (observations: readonly RawObservation[]): ObservationSource => ({
  id: 'feed',
  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
  poll: async function* ({ after, until }) {
    const arriving = observations.filter(({ receivedAt }) => receivedAt > after && receivedAt <= until);
    yield* arriving.sort((a, b) => a.receivedAt - b.receivedAt);
  },
});

/** One process with every role on a database of its own, moved beat by beat. */
class Exercise {
  readonly bus = new LocalBus();
  readonly relay: OutboxRelay;
  readonly settle = async () => {
    await this.relay.drain();
    await this.bus.idle();
  };

  constructor(
    readonly domain: LoadedDomain,
    readonly database: TestDatabase,
    readonly role: ForecastRole,
  ) {
    this.relay = new OutboxRelay(database.pool, this.bus);
  }

  static async open(domain: LoadedDomain): Promise<Exercise> {
    const database = await openTestDatabase();
    const basin = await openForecastBasin(domain, 'persistence');
    const cyclePool = new CyclePool([basin], 1);
    const shared = { pool: database.pool, runKind: 'replay', logger: createLogger('silent') } as const;
    return new Exercise(domain, database, { ...shared, cyclePool, basins: new Map([[domain.basin, basin]]), owner: 'we' });
  }

  get basin() {
    return this.role.basins.get(this.domain.basin)!;
  }

  /** Every beat of the period on what the feed brings; `afterBeat` at the end of each. */
  async play(observations: readonly RawObservation[], afterBeat: (now: EpochMs) => Promise<unknown>): Promise<void> {
    const { domain, bus, role, settle } = this;
    const { pool } = this.database;
    const { basin, stations, settings, mesh } = domain;
    const options = {
      pool,
      bus,
      runKind: 'replay',
      onMessages: () => undefined,
      basins: [alertedBasin(domain)],
    } as const;
    const logger = role.logger;
    await startArchive(bus, {
      pool,
      runKind: 'replay',
      logger,
      basins: new Map([[basin, { basin, stations, cellCount: mesh.cellCount }]]),
    });
    const collection: Collection = {
      ...{ bus, basin, source: sourceOf(observations), sourceIds: { rain: 'radar', gauges: 'gauges' } },
      stations: new Set(stations.filter(({ gauged }) => gauged).map(({ id }) => id)),
    };
    const { signal } = new AbortController();
    await startAlerting(options);
    await collect(collection, { after: spinUpFrom({ domain }, FROM), until: FROM }, signal);
    await beginForecasts(role, { spinUpEnd: () => ({ first: FROM, asOf: FROM }), alone: true });
    await takeDueCycles(role, bus);
    await settle();
    const { cutOff } = settings.forecast;
    const enterDue = (now: EpochMs) => enterDueCycles({ pool, basin: this.basin, runKind: 'replay', first: FROM }, now);
    const stage = { pool, collection, alerting: createAlerting(options), settle, cutOffMs: cutOff, enterDue };
    for (let beat = FROM; beat <= TO; beat = epochMs(beat + BEAT_MS)) {
      await playBeat(stage, beat, epochMs(beat === FROM ? FROM : beat - BEAT_MS + cutOff), signal);
      await afterBeat(epochMs(beat + cutOff));
      await settle();
    }
  }

  rewind(now: EpochMs, restMs?: number): Promise<EpochMs | null> {
    return enterRewind({ pool: this.database.pool, basin: this.basin, runKind: 'replay', ...(restMs !== undefined && { restMs }) }, now);
  }

  async hashes(runKind: string): Promise<Map<EpochMs, string>> {
    const { rows } = await this.database.pool.query<{ issue_time: EpochMs; state_hash: string }>(
      `select issue_time, coalesce(state_hash, status) as state_hash from cycle where run_kind = $1 order by issue_time`,
      [runKind],
    );
    return new Map(rows.map(row => [row.issue_time, row.state_hash]));
  }

  /** Transitions of the stations' alerts as they were published. */
  async alerts(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ alert_id: string; phase: string; at: EpochMs }>(
      `select alert_id, phase, at from alert_event where basis <> 'absence' order by at, alert_id, seq`,
    );
    return rows.map(row => `${row.alert_id} ${row.phase} ${new Date(row.at).toISOString()}`);
  }

  differences(): Promise<AlertDifferences | null> {
    const { settings } = this.domain;
    return compareReanalysis({
      ...{ pool: this.database.pool, basin: alertedBasin(this.domain), runKind: 'replay' },
      ...{ gaugeLatencyMs: settings.sources.gauges.latency, cutOffMs: settings.forecast.cutOff },
    });
  }

  async close(): Promise<void> {
    await this.bus.close(1_000);
    await this.role.cyclePool.close();
    await this.database.close();
  }
}

describe('values that come late, twice, in another order or wrong at first', () => {
  let onTime: Exercise;
  let disturbed: Exercise;
  let feed: Feed;
  const rewound: EpochMs[] = [];
  beforeAll(async () => {
    const domain = await loadCance();
    const record: RawObservation[] = [];
    const window = { after: spinUpFrom({ domain }, FROM), until: epochMs(TO + HOUR_MS) };
    for await (const one of createReplaySource(domain).poll(window, new AbortController().signal)) record.push(one);
    feed = disturb(record);
    [onTime, disturbed] = [await Exercise.open(domain), await Exercise.open(domain)];
    await onTime.play(record, () => Promise.resolve());
    await disturbed.play(feed.observations, async now => {
      const from = await disturbed.rewind(now);
      if (from !== null) rewound.push(from);
    });
    await disturbed.rewind(epochMs(TO + HOUR_MS), 0);
    await disturbed.settle();
  }, 240_000);
  afterAll(async () => {
    await onTime.close();
    await disturbed.close();
  });

  it('has something to repair', async () => {
    expect(feed.late).toBeGreaterThanOrEqual(0.3 * 72);
    expect(Math.min(feed.jittered, feed.repeated, feed.corrected)).toBeGreaterThan(0);
    const [was, is] = [await onTime.hashes('replay'), await disturbed.hashes('replay')];
    expect([...is.keys()]).toEqual([...was.keys()]);
    expect(is.get(TO)).not.toBe(was.get(TO));
  });

  it('leaves each value once, and its correction beside it', async () => {
    const { rows } = await disturbed.database.pool.query<{ values: number; corrections: number }>(
      `select count(distinct (station, valid_time)) as values, count(*) filter (where revision > 0) as corrections from observation`,
    );
    const sent = await onTime.database.pool.query<{ values: number }>('select count(*) as values from observation');
    expect(rows[0]).toEqual({ values: sent.rows[0]!.values, corrections: feed.corrected });
  });

  it('ends on the analysis of the run on time, cycle by cycle', async () => {
    const [truth, found] = [await onTime.hashes('replay'), await disturbed.hashes('reanalysis')];
    const first = Math.min(...found.keys()) as EpochMs;
    expect(found).toEqual(new Map([...truth].filter(([issueTime]) => issueTime >= first)));
    expect(found.has(TO)).toBe(true);
    const { rows } = await disturbed.database.pool.query<{ computed: number }>(
      `select sum(attempt)::int as computed from cycle where run_kind = 'reanalysis'`,
    );
    const counts = { late: feed.late, jittered: feed.jittered, repeated: feed.repeated, corrected: feed.corrected };
    process.stderr.write(
      `${JSON.stringify({ ...counts, cycles: truth.size, rewinds: rewound.length, reanalysed: found.size, computed: rows[0]!.computed })}\n`,
    );
  });

  it('publishes the forecasts as they were and tells no one of the others', async () => {
    const { rows } = await disturbed.database.pool.query<{ kind: string }>(
      `select distinct value->>'runKind' as kind from outbox where topic = 'forecast.issued.v1'`,
    );
    expect(rows).toEqual([{ kind: 'replay' }]);
  });

  it('shows what the alerts would have been', async () => {
    const differences = (await disturbed.differences())!;
    const [was, would] = [await disturbed.alerts(), await onTime.alerts()];
    const names = (events: AlertDifferences['lost']) =>
      events.map(({ alertId, phase, at }) => `${alertId} ${phase} ${new Date(at).toISOString()}`);
    expect(names(differences.reanalysed).sort()).toEqual([...would].sort());
    expect(names(differences.lost).sort()).toEqual(was.filter(one => !would.includes(one)).sort());
    expect(names(differences.gained).sort()).toEqual(would.filter(one => !was.includes(one)).sort());
    expect(differences.gained.length).toBeGreaterThan(0);
  });

  it('gives the same when it rewinds once in the end', async () => {
    const often = await disturbed.hashes('reanalysis');
    await disturbed.database.pool.query(
      `delete from reanalysis; delete from cycle where run_kind = 'reanalysis'; delete from model_state where run_kind = 'reanalysis'`,
    );
    await disturbed.rewind(epochMs(TO + 2 * HOUR_MS), 0);
    await disturbed.settle();
    expect(await disturbed.hashes('reanalysis')).toEqual(often);
  }, 120_000);
});
