import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { epochMs, parseIso } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { writeRejects, type RejectRow } from './rejects.js';

const NOW = parseIso('2014-11-04');
const refused = (changes: Partial<RejectRow>): RejectRow => ({
  ...{ source: 'gauges', receivedAt: NOW, code: 'STATION_UNKNOWN', message: 'no such station', payload: null },
  ...changes,
});

describe('what was refused', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it('is kept whatever it holds: what a database cannot store is replaced', async () => {
    await writeRejects(database.pool, 'cance', [
      refused({ message: 'a\0b \ud800 c', payload: { station: 'V35\0', half: '\udfff', plain: '\\u0000', list: ['\0'] } }),
      refused({ message: randomBytes(20_000).toString('hex') }),
      refused({ message: '\u{1f30a}'.repeat(2000) }),
      refused({ message: 'when', receivedAt: epochMs(1e300) }),
      refused({ message: 'never', receivedAt: epochMs(NaN) }),
    ]);
    const { rows } = await database.pool.query<{ message: string; payload: unknown; received_at: number }>(
      'select message, payload, received_at from reject order by id',
    );
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({
      message: 'a\ufffdb \ufffd c',
      payload: { station: 'V35\ufffd', half: '\ufffd', plain: '\\u0000', list: ['\ufffd'] },
    });
    expect(rows[1]!.message).toHaveLength(800);
    expect(rows.slice(3).map(row => row.received_at)).toEqual([0, 0]);
  });
});
