import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BEAT_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { finishCycle, insertDueCycles, readNewestIssueTime, readOpenCycles, releaseOrphans, takeLease, type DueCycle } from './cycles.js';

const FIRST = parseIso('2014-11-04T12:00Z');
const due = (k: number): DueCycle => {
  const issueTime = epochMs(FIRST + k * BEAT_MS);
  return { basin: 'cance', issueTime, runKind: 'replay', asOf: epochMs(issueTime + 4 * MINUTE_MS), notifies: true };
};
const done = { status: 'complete', stateHash: 'ab', previousHash: '', reason: null, details: {} } as const;
const LEASE_MS = 60_000;

describe('cycle ledger', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.pool.query('truncate cycle, outbox');
    await insertDueCycles(database.pool, [due(0), due(1)]);
  });

  it('announces a due cycle once, however often it is entered', async () => {
    await insertDueCycles(database.pool, [due(1), due(2)]);
    const { rows } = await database.pool.query('select topic, key, value from outbox order by id');
    expect(rows).toEqual(
      [0, 1, 2].map(k => ({
        topic: 'cycle.due.v1',
        key: 'cance',
        value: { basin: 'cance', issueTime: due(k).issueTime, runKind: 'replay' },
      })),
    );
  });

  it('gives the lease to one of several that ask', async () => {
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map(owner => takeLease(database.pool, due(0), owner, LEASE_MS)));
    const taken = asked.filter(lease => lease !== null);
    expect(taken).toMatchObject([{ ...due(0), attempt: 1 }]);
  });

  it('gives a lease again once it ran out, and refuses the outcome of the former holder', async () => {
    const slow = await takeLease(database.pool, due(0), 'slow', -1);
    const next = await takeLease(database.pool, due(0), 'next', LEASE_MS);
    expect(next).toMatchObject({ owner: 'next', attempt: 2 });
    expect(await finishCycle(database.pool, slow!, done)).toBe(false);
    expect(await finishCycle(database.pool, next!, done)).toBe(true);
    expect(await takeLease(database.pool, due(0), 'late', LEASE_MS)).toBeNull();
  });

  it('frees what a dead process left running, and nothing of ours', async () => {
    await takeLease(database.pool, due(0), 'dead', LEASE_MS);
    await takeLease(database.pool, due(1), 'we', LEASE_MS);
    await releaseOrphans(database.pool, 'we');
    expect(await takeLease(database.pool, due(0), 'we', LEASE_MS)).toMatchObject({ attempt: 2 });
    expect(await takeLease(database.pool, due(1), 'other', LEASE_MS)).toBeNull();
    expect(await takeLease(database.pool, due(1), 'we', LEASE_MS)).toMatchObject({ attempt: 2 });
  });

  it('lists what is open and the newest of all', async () => {
    const lease = await takeLease(database.pool, due(0), 'we', LEASE_MS);
    await finishCycle(database.pool, lease!, { ...done, status: 'aborted', reason: 'no background' });
    expect(await readOpenCycles(database.pool, 'cance', 'replay')).toEqual([due(1).issueTime]);
    expect(await readNewestIssueTime(database.pool, 'cance', 'replay')).toBe(due(1).issueTime);
    expect(await readNewestIssueTime(database.pool, 'cance', 'scheduled')).toBeNull();
  });
});
