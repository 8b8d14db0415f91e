import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { readHabits } from './habits.js';
import { writeObservations } from './observations.js';

const START = parseIso('2026-03-01');

describe('habits of inputs, learned from the archive', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate observation'));

  /** Values every `stepMs` from `from` to `to`, each received when the function says. */
  const send = (span: { from: number; to: number; stepMs: number }, receivedAt: (time: number) => number) => {
    const times = Array.from({ length: Math.floor((span.to - span.from) / span.stepMs) }, (_, k) => span.from + (k + 1) * span.stepMs);
    return writeObservations(
      database.pool,
      'b',
      times.map(time => ({
        ...{ station: 'G', variable: 'Q', source: 's', flag: 0, flagSource: '', value: 1 },
        ...{ validTime: epochMs(time), receivedAt: epochMs(receivedAt(time)) },
      })),
    );
  };
  const habitAt = async (time: number) => (await readHabits(database.pool, 'b', time as EpochMs))[0];

  it('are the age that an input reaches before the next comes, its step and what is there of a day', async () => {
    await send({ from: START, to: START + 24 * HOUR_MS, stepMs: 5 * MINUTE_MS }, time => time + 20 * MINUTE_MS);
    const habit = (await habitAt(START + 24 * HOUR_MS))!;
    expect(habit).toMatchObject({ input: 'G', usualAgeMs: 25 * MINUTE_MS, stepMs: 5 * MINUTE_MS });
    expect(habit.completeness).toBeGreaterThan(0.97);
    expect((await habitAt(START + 36 * HOUR_MS))!.completeness).toBeCloseTo(0.5, 1);
  });

  it('of packets that come hourly, an hour and their delay', async () => {
    const nextHour = (time: number) => Math.ceil(time / HOUR_MS) * HOUR_MS + 10 * MINUTE_MS;
    await send({ from: START, to: START + 24 * HOUR_MS, stepMs: 15 * MINUTE_MS }, nextHour);
    expect((await habitAt(START + 26 * HOUR_MS))!.usualAgeMs).toBe(70 * MINUTE_MS);
  });

  it('are not known before some have come, and not learned from a backlog', async () => {
    const now = START + 48 * HOUR_MS;
    await send({ from: START, to: now, stepMs: HOUR_MS }, time => now + (time - START) / 3600); // a second each
    expect((await habitAt(now + HOUR_MS))!.usualAgeMs).toBeNull();
    await send({ from: now, to: now + 12 * HOUR_MS, stepMs: HOUR_MS }, time => time + 15 * MINUTE_MS);
    expect((await habitAt(now + 13 * HOUR_MS))!.usualAgeMs).toBe(75 * MINUTE_MS);
  });
});
