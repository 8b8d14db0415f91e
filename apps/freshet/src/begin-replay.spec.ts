import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoadedDomain } from '#config';
import { BEAT_MS, epochMs, parseIso } from '#hydrology';
import { saveReplayClock } from '#store';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { beginReplay } from './begin-replay.js';
import type { ReplayMode } from './freshet-options.js';

const domain = {
  basin: 'cance',
  name: 'Cance',
  configHash: 'c',
  meshHash: 'm',
  record: { from: parseIso('2014-09-15'), to: parseIso('2015-01-15') },
} as unknown as LoadedDomain;
const mode = (changes: Partial<ReplayMode> = {}): ReplayMode => ({
  kind: 'replay',
  from: parseIso('2014-11-03'),
  to: parseIso('2014-11-04'),
  speed: 'max',
  rain: 'persistence',
  disturbances: [],
  earlier: 'resume',
  ...changes,
});

describe('begin replay', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate replay'));
  const begin = (changes: Partial<ReplayMode> = {}) => beginReplay(database.pool, domain, mode(changes));

  it('begins in an empty store, also where it was told to resume', async () => {
    expect(await begin()).toMatchObject({ resumed: false, row: { clock: parseIso('2014-11-03') - BEAT_MS } });
  });

  it('goes on after the last settled beat, to a later end if asked to', async () => {
    await begin();
    await saveReplayClock(database.pool, 'cance', parseIso('2014-11-03T06:00Z'));
    const later = await begin({ to: parseIso('2014-11-05'), speed: 15 });
    expect(later).toMatchObject({ resumed: true, row: { clock: parseIso('2014-11-03T06:00Z'), to: parseIso('2014-11-05') } });
  });

  it('begins again what was killed before its first beat had settled', async () => {
    await begin();
    expect(await begin()).toMatchObject({ resumed: false });
  });

  it('refuses other options, an end before the clock, and a folder in use when not told to resume', async () => {
    await begin();
    await saveReplayClock(database.pool, 'cance', parseIso('2014-11-03T06:00Z'));
    for (const changes of [{ rain: 'zero' as const }, { from: parseIso('2014-11-02') }, { to: parseIso('2014-11-03T05:00Z') }]) {
      await expect(begin(changes)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('other options') as unknown,
      });
    }
    await expect(begin({ earlier: 'refuse' })).rejects.toMatchObject({ message: expect.stringContaining('--resume') as unknown });
  });

  it('names a period that cannot be played', async () => {
    await expect(begin({ from: parseIso('2014-09-01') })).rejects.toThrow(/can be replayed after 2014-09-15/);
    await expect(begin({ from: epochMs(parseIso('2014-11-03') + 1) })).rejects.toThrow(/quarter of an hour/);
    await expect(begin({ to: parseIso('2014-11-02') })).rejects.toThrow(/end .* before it begins/);
  });
});
