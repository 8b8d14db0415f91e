import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alertedBasin } from '#alerting';
import { BEAT_MS, HOUR_MS, MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import type { LoadedDomain } from '#config';
import { readAlertEvents, readAlerts } from '#store';
import type { AlertEventView } from '#contracts';
import { archiveDischarge, archiveRain, loadCance, storeCycles, type FixtureSpan } from '../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { evaluateAlerts } from './evaluate.js';

const FROM = parseIso('2014-11-03T00:00Z');
const TO = parseIso('2014-11-07T00:00Z');

describe('evaluateAlerts over the flood of November 2014', () => {
  let database: TestDatabase;
  let domain: LoadedDomain;
  let span: FixtureSpan;
  /** Woken at every beat from the first to the last. */
  let regular: AlertEventView[];

  const basin = () => alertedBasin(domain);
  const evaluate = (upTo: EpochMs, begins = true) =>
    evaluateAlerts({ pool: database.pool, runKind: 'replay', basin: basin(), upTo, begins });
  const events = (): Promise<AlertEventView[]> => readAlertEvents(database.pool, { runKind: 'replay', asOf: epochMs(TO + BEAT_MS) });
  const beats = (step: number): EpochMs[] => Array.from({ length: (TO - FROM) / step + 1 }, (_, k) => epochMs(FROM + k * step));

  beforeAll(async () => {
    database = await openTestDatabase();
    domain = await loadCance();
    span = { domain, runKind: 'replay', from: FROM, to: TO };
    const known: FixtureSpan = { ...span, from: epochMs(FROM - 12 * HOUR_MS) };
    await archiveDischarge(database.pool, known);
    await archiveRain(database.pool, known);
    await storeCycles(database.pool, span);
    for (const beat of beats(BEAT_MS)) await evaluate(beat);
    regular = await events();
  }, 120_000);
  afterAll(() => database.close());
  const forget = () => database.pool.query('truncate alert_event, alert, alert_evaluation, outbox');

  it('raises and clears each level once at each station and on each basis', () => {
    const raises = regular.filter(event => event.phase === 'raised');
    const keys = raises.map(event => event.alertId);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(
      expect.arrayContaining(
        ['yellow', 'orange', 'red'].flatMap(level => [
          `replay:cance:V3524010:Q:forecast:${level}`,
          `replay:cance:V3524010:Q:observed:${level}`,
        ]),
      ),
    );
    const clears = regular.filter(event => event.phase === 'clear').map(event => event.alertId);
    expect(new Set(clears)).toEqual(new Set(keys));
    expect(clears).toHaveLength(keys.length);
    // crosses its 2-year level up, down and up again within hours
    expect(raises.filter(event => event.station === 'V3517010' && event.level === 'yellow' && event.basis === 'observed')).toHaveLength(1);
    expect(raises.filter(event => event.station === 'V3515010' && event.level === 'yellow' && event.basis === 'observed')).toHaveLength(1);
  }, 60_000);

  it('gives every event what an operator needs, the exercise marked', async () => {
    const red = regular.filter(event => event.station === 'V3524010' && event.level === 'red' && event.phase === 'raised');
    const [forecast, observed] = [red.find(event => event.basis === 'forecast')!, red.find(event => event.basis === 'observed')!];
    expect(parseIso(forecast.at)).toBeLessThan(parseIso('2014-11-04T14:00Z'));
    expect(forecast.leadHours).toBeGreaterThan(1);
    expect(forecast.marker).toBe('REPLAY · EXERCISE');
    expect(forecast.peak!.low).toBeLessThan(forecast.peak!.value);
    expect(observed).toMatchObject({ at: '2014-11-04T15:20:00Z', firstCrossing: '2014-11-04T15:00:00Z', leadHours: 0, threshold: 182.9 });
    expect(observed.evidence).toMatchObject({ kind: 'observation', time: '2014-11-04T15:00:00Z', receivedAt: '2014-11-04T15:20:00Z' });
    expect(observed.reason).toMatch(
      /^The discharge of \d+ m³\/s observed at 2014-11-04 15:00 UTC reaches the red level of 183 m³\/s \(20-year\) at /,
    );
    const { rows } = await database.pool.query(`select value from outbox where message_id = $1`, [
      `alert/${observed.alertId}/${observed.seq}`,
    ]);
    expect(rows).toEqual([{ value: { basin: 'cance', alertId: observed.alertId, seq: observed.seq, runKind: 'replay' } }]);
  }, 60_000);

  it('comes to the same transitions whatever wakes it and however often', async () => {
    await forget();
    await evaluate(FROM);
    for (const beat of beats(7 * HOUR_MS))
      await Promise.all([evaluate(epochMs(beat + 5 * MINUTE_MS)), evaluate(beat, false), evaluate(beat)]);
    await evaluate(TO);
    expect(await events()).toEqual(regular);
  }, 60_000);

  it('begins with a forecast or the clock, not with what was archived before', async () => {
    await forget();
    expect(await evaluate(FROM, false)).toEqual([]);
    const { rows } = await database.pool.query('select * from alert_evaluation');
    expect(rows).toEqual([]);
  });

  it('alerts when rain, gauges and cycles stop, marks what stands as stale, and clears nothing', async () => {
    const { pool } = database;
    const stop = parseIso('2014-11-04T16:00Z');
    await forget();
    for (const hours of [4, 2, 0]) await evaluate(epochMs(stop - hours * HOUR_MS));
    await pool.query('create table kept_cycle as select * from cycle where issue_time > $$2014-11-04T16:00Z$$');
    await pool.query(`delete from cycle where issue_time > '2014-11-04T16:00Z'`);
    await pool.query(`create table kept_observation as select * from observation where received_at > '2014-11-04T16:00Z'`);
    await pool.query(`delete from observation where received_at > '2014-11-04T16:00Z'`);
    await pool.query(`create table kept_rain as select * from rain_grid where received_at > '2014-11-04T16:00Z'`);
    await pool.query(`delete from rain_grid where received_at > '2014-11-04T16:00Z'`);
    try {
      for (let hours = 0; hours <= 6; hours += 0.25) await evaluate(epochMs(stop + hours * HOUR_MS + 5 * MINUTE_MS));
      const after = (await events()).filter(event => parseIso(event.at) > stop);
      expect(after.filter(event => event.phase === 'clear')).toEqual([]);
      const absent = after.filter(event => event.basis === 'absence' && event.phase === 'raised').map(event => event.station);
      expect(absent.sort()).toEqual(['V3515010', 'V3517010', 'V3524010', 'cycle', 'rain']);
      const alerts = await readAlerts(pool, { runKind: 'replay', asOf: epochMs(stop + 6 * HOUR_MS) }, name => ({ name, gauged: true }));
      const standing = alerts.filter(alert => alert.active && alert.basis !== 'absence');
      expect(standing.length).toBeGreaterThan(6);
      expect(standing.every(alert => alert.phase === 'stale')).toBe(true);
    } finally {
      await pool.query(
        'insert into cycle select * from kept_cycle; insert into observation select * from kept_observation; insert into rain_grid select * from kept_rain; drop table kept_cycle, kept_observation, kept_rain',
      );
    }
  }, 60_000);

  it('shows an alert stale that nobody evaluates any more', async () => {
    await forget();
    for (const time of ['12:00', '14:00', '16:00']) await evaluate(parseIso(`2014-11-04T${time}Z`));
    const alerts = await readAlerts(database.pool, { runKind: 'replay', asOf: parseIso('2014-11-05T16:00Z') }, name => ({
      name,
      gauged: true,
    }));
    const red = alerts.find(alert => alert.id === 'replay:cance:V3524010:Q:forecast:red')!;
    expect(red).toMatchObject({ phase: 'stale', active: true, impliedBy: 'replay:cance:V3524010:Q:observed:red' });
    expect(red.reason).toContain('nobody weighs the evidence any more');
  });
});
