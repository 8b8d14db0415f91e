import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { inTransaction } from './connect.js';
import { readObservations, writeObservations, type ObservationRow } from './observations.js';
import { applyVerdicts, decideVerdict, lockVerdicts, readVerdicts, type Decision } from './verdicts.js';

const NOON = parseIso('2014-11-04T12:00Z');
const at = (hours: number): EpochMs => epochMs(NOON + hours * HOUR_MS);

describe('verdicts of operators', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate observation, verdict restart identity'));

  const row = (hour: number, changes: Partial<ObservationRow> = {}): ObservationRow => ({
    ...{ station: 'A', variable: 'Q', validTime: at(hour), receivedAt: epochMs(at(hour) + 20 * MINUTE_MS) },
    ...{ value: 10 + hour, flag: 0, flagSource: '', source: 'gauges' },
    ...changes,
  });
  const archive = (...rows: ObservationRow[]) =>
    inTransaction(database.pool, async client => {
      await lockVerdicts(client, 'cance');
      await writeObservations(client, 'cance', rows);
      await applyVerdicts(client, 'cance', rows);
    });
  const decide = (decision: Decision, from: number, to: number | null, now = 10) =>
    inTransaction(database.pool, client =>
      decideVerdict(client, {
        ...{ basin: 'cance', station: 'A', variable: 'Q', from: at(from), to: to === null ? null : at(to) },
        ...{ decision, reason: 'seen on site', by: 'M. Durand', at: at(now) },
      }),
    );
  const flags = async (asOf = 100) => {
    const read = { basin: 'cance', variable: 'Q' as const, from: at(-1), to: at(100), asOf: at(asOf) };
    return [...((await readObservations(database.pool, read))[0]?.flags ?? [])];
  };
  const trace = async () =>
    (
      await database.pool.query<Record<string, unknown>>(
        'select valid_time, revision, value, flag, flag_source, verdict from observation order by 1, 2',
      )
    ).rows;

  it('flag the values of (from, to] and say so beside them; what was known before stays known', async () => {
    await archive(...[0, 1, 2, 3].map(hour => row(hour, hour === 1 ? { flag: 3, flagSource: 'SP' } : {})));
    expect(await decide('reject', 0, 2)).toEqual({ seq: 1, values: 2 });
    expect(await flags()).toEqual([0, 6, 6, 0]);
    expect(await flags(9)).toEqual([0, 3, 0, 0]);
    expect((await trace()).filter(({ verdict }) => verdict !== null)).toMatchObject([
      { revision: 1, value: 11, flag: 6, flag_source: 'MAN SP', verdict: 1 },
      { revision: 1, value: 12, flag: 6, flag_source: 'MAN', verdict: 1 },
    ]);
  });

  it('are revised, the newest holds, and go back to what the checks said', async () => {
    await archive(row(0), row(1, { flag: 3, flagSource: 'SP' }));
    await decide('reject', -1, 1);
    expect((await decide('trust', 0, 1, 11)).values).toBe(1);
    expect(await flags()).toEqual([6, 1]);
    expect((await decide('trust', 0, 1, 12)).values).toBe(0); // the same once more
    expect((await decide('checks', -1, 1, 13)).values).toBe(2);
    expect(await flags()).toEqual([0, 3]);
    expect([await flags(9), await flags(10), await flags(11), await flags(12)]).toEqual([
      [0, 3],
      [6, 6],
      [6, 1],
      [6, 1],
    ]);
    const verdicts = await readVerdicts(database.pool, { basin: 'cance', station: 'A', from: null, to: null, asOf: at(12), limit: 9 });
    expect(verdicts.map(({ seq, decision, superseded, by }) => [seq, decision, superseded, by])).toEqual([
      [3, 'trust', false, 'M. Durand'],
      [2, 'trust', true, 'M. Durand'],
      [1, 'reject', false, 'M. Durand'],
    ]);
  });

  it('hold for what comes later: late and corrected values, and until further notice all to come', async () => {
    await archive(row(0));
    await decide('reject', 0, null, 0.5);
    await archive(row(1), row(2));
    await archive(row(1, { value: 99, receivedAt: at(3) }));
    expect(await flags()).toEqual([0, 6, 6]);
    const before = await trace();
    await archive(row(2, { receivedAt: at(4) })); // the same value from an overlapping poll
    await archive(row(1), row(2)); // an old message once more
    expect(await trace()).toEqual(before);
    await decide('checks', 0, null, 5);
    expect(await flags()).toEqual([0, 0, 0]);
    await archive(row(3));
    expect(await flags()).toEqual([0, 0, 0, 0]);
  });

  it('leave other stations, quantities and missing values alone', async () => {
    await archive(row(1), row(1, { station: 'B' }), row(1, { variable: 'H' }), row(2, { value: null, flag: 9 }));
    expect((await decide('reject', 0, null)).values).toBe(1);
    expect((await trace()).filter(({ verdict }) => verdict !== null)).toHaveLength(1);
  });

  it('come to the same flags in whatever order values and verdicts are given', async () => {
    const verdict = fc.record({
      decision: fc.constantFrom<Decision>('trust', 'reject', 'checks'),
      from: fc.integer({ min: -1, max: 5 }),
      hours: fc.option(fc.integer({ min: 1, max: 4 })),
    });
    const values = [0, 1, 2, 3, 4, 5].map(hour => row(hour, hour % 2 === 0 ? { flag: 3, flagSource: 'ROR' } : {}));
    await fc.assert(
      fc.asyncProperty(
        fc.array(verdict, { maxLength: 4 }),
        fc.array(fc.nat(4), { minLength: 6, maxLength: 6 }),
        async (verdicts, after) => {
          await database.pool.query('truncate observation, verdict restart identity');
          for (let given = 0; given <= 4; given++) {
            const one = verdicts[given - 1];
            if (one) await decide(one.decision, one.from, one.hours === null ? null : one.from + one.hours, 10 + given);
            await archive(...values.filter((_, k) => after[k] === given));
          }
          const expected = values.map(({ flag }, hour) => {
            const last = verdicts.findLast(({ from, hours }) => hour > from && (hours === null || hour <= from + hours));
            return last === undefined || last.decision === 'checks' ? flag : last.decision === 'trust' ? 1 : 6;
          });
          expect(await flags()).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});
