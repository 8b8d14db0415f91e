import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoadedDomain } from '#config';
import { BEAT_MS, HOUR_MS, MINUTE_MS, epochMs, parseIso, stationId } from '#hydrology';
import { decideVerdict, inTransaction, insertDueCycles, writeStates, type DecidedVerdict, type Decision, type Lease } from '#store';
import { archiveDischarge, loadCance } from '../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import type { ForecastBasin } from './forecast-basin.js';
import { loadInputs, loadReanalysisInputs } from './load-inputs.js';
import { enterRewind } from './rewind.js';

const ISSUED = parseIso('2014-11-04T15:00Z');
const OUTLET = stationId('V3524010');

describe('an operator’s verdict', () => {
  let database: TestDatabase;
  let domain: LoadedDomain;
  let basin: ForecastBasin;
  beforeAll(async () => {
    database = await openTestDatabase();
    domain = await loadCance();
    const model = {
      basin: domain.basin,
      stepMs: BEAT_MS,
      leadMs: HOUR_MS,
      assimilation: { windowMs: 12 * HOUR_MS },
      stations: domain.stations,
    };
    basin = { rain: 'zero', model, domain } as unknown as ForecastBasin;
  }, 60_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    const { pool } = database;
    await pool.query('truncate observation, rain_gauge, verdict, cycle, model_state, reanalysis, outbox');
    await archiveDischarge(pool, { domain, runKind: 'replay', from: epochMs(ISSUED - 20 * 24 * HOUR_MS), to: ISSUED });
    const states = [12 * HOUR_MS, BEAT_MS].map(ms => epochMs(ISSUED - ms));
    await writeStates(
      pool,
      domain.basin,
      'replay',
      states.map(time => ({ issueTime: time, validTime: time, state: Buffer.from('s'), hash: '' })),
    );
    const times = Array.from({ length: 17 }, (_, k) => epochMs(ISSUED + (k - 12) * BEAT_MS));
    const due = times.map(issueTime => ({ basin: domain.basin, issueTime, runKind: 'replay' as const, asOf: issueTime, notifies: true }));
    await insertDueCycles(pool, due);
    await pool.query(`update cycle set status = 'complete'`);
  });

  const decide = (
    decision: Decision,
    hours: readonly [number, number],
    minutes: number,
    of: Pick<DecidedVerdict, 'station' | 'variable'> = { station: OUTLET, variable: 'Q' },
  ) =>
    inTransaction(database.pool, client =>
      decideVerdict(client, {
        ...{ ...of, basin: domain.basin, decision, reason: 'seen on site', by: 'M. Durand' },
        ...{
          from: epochMs(ISSUED + hours[0] * HOUR_MS),
          to: epochMs(ISSUED + hours[1] * HOUR_MS),
          at: epochMs(ISSUED + minutes * MINUTE_MS),
        },
      }),
    );
  const lease = (minutes: number) => ({ issueTime: ISSUED, asOf: epochMs(ISSUED + minutes * MINUTE_MS), runKind: 'replay' }) as Lease;
  /** Flags of the last three values that the cycle sees of the outlet. */
  const seen = async (minutes: number, load = (one: Lease) => loadInputs(database.pool, basin, one)) => {
    const { observed } = await load(lease(minutes));
    return [...observed.discharge.find(({ station }) => station === OUTLET)!.flags.slice(-3)];
  };

  it('is what the analysis sees from its cut-off on, and not before', async () => {
    expect(await decide('reject', [-3, -1], 2)).toMatchObject({ values: 2 });
    expect(await seen(1)).toEqual([0, 0, 0]); // 12, 13, 14 h: that of 15 h has not come
    expect(await seen(4)).toEqual([0, 6, 6]);
    await decide('trust', [-3, -2], 3);
    expect(await seen(4)).toEqual([0, 1, 6]);
  });

  it('rewinds to the first cycle that saw the values otherwise, and holds in the reanalysis', async () => {
    const rewind = (minutes: number) =>
      enterRewind({ pool: database.pool, basin, runKind: 'replay', restMs: 0 }, epochMs(ISSUED + minutes * MINUTE_MS));
    expect(await rewind(50)).toBeNull();
    await decide('reject', [-2, -1], 55);
    const first = await rewind(60);
    expect(first).toBe(epochMs(ISSUED - 30 * MINUTE_MS)); // the value of 14:00 comes at 14:20: the cycle of 14:30 saw it first
    const again = (one: Lease) => loadReanalysisInputs(database.pool, basin, { ...one, runKind: 'reanalysis' }, 'replay');
    expect(await seen(60, again)).toEqual([0, 0, 6]);
  });

  it('on a rain gauge rewinds where the radar is adjusted by it', async () => {
    await database.pool.query(
      `insert into rain_gauge values ('cance', 'RG1', '2014-11-04T14:00Z', 3600, 0, '2014-11-04T14:20Z', 12, 0, '', 'table')`,
    );
    await decide('reject', [-2, -1], 55, { station: 'RG1', variable: 'P' });
    const { settings } = domain;
    const adjusting = { ...domain, settings: { ...settings, forcing: { ...settings.forcing, adjust: {} } } };
    const rewind = (by: object, minutes: number) =>
      enterRewind(
        { pool: database.pool, basin: { ...basin, domain: by } as ForecastBasin, runKind: 'replay', restMs: 0 },
        epochMs(ISSUED + minutes * MINUTE_MS),
      );
    expect(await rewind(domain, 54)).toBeNull();
    await database.pool.query('truncate reanalysis');
    expect(await rewind(domain, 60)).toBeNull();
    await database.pool.query('truncate reanalysis');
    expect(await rewind(adjusting, 60)).toBe(epochMs(ISSUED - 30 * MINUTE_MS));
  });
});
