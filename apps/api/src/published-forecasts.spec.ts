import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { connect } from '#store';
import { loadCance, storeCycles } from '../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { PublishedForecasts } from './published-forecasts.js';

const ISSUED = parseIso('2014-11-04T12:00Z');
const name = (changes = {}) => ({
  basin: 'cance',
  runKind: 'replay' as const,
  station: 'V3524010',
  issueTime: ISSUED,
  asOf: epochMs(ISSUED + DAY_MS),
  ...changes,
});

describe('published forecasts', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await storeCycles(database.pool, { domain: await loadCance(), runKind: 'replay', from: ISSUED, to: ISSUED });
  });
  afterAll(() => database.close());

  it('are read once', async () => {
    const published = new PublishedForecasts();
    const [first, second] = await Promise.all([published.read(database.pool, name()), published.read(database.pool, name())]);
    expect(first!.values).toHaveLength(96);
    expect(second).toBe(first);
    await database.pool.query('truncate hydrograph');
    expect(await published.read(database.pool, name())).toBe(first);
    expect(await new PublishedForecasts().read(database.pool, name())).toBeNull();
    await storeCycles(database.pool, { domain: await loadCance(), runKind: 'rerun', from: ISSUED, to: ISSUED });
    expect(await published.read(database.pool, name({ runKind: 'rerun' }))).not.toBeNull();
  });

  it('are not shown before their cut-off', async () => {
    const published = new PublishedForecasts();
    const rerun = { runKind: 'rerun' };
    expect(await published.read(database.pool, name(rerun))).not.toBeNull();
    expect(await published.read(database.pool, name({ ...rerun, asOf: epochMs(ISSUED + MINUTE_MS) }))).toBeNull();
    expect(await published.read(database.pool, name(rerun))).not.toBeNull();
  });

  it('are asked for again when they were not there, or the database was not', async () => {
    const published = new PublishedForecasts();
    const later = { runKind: 'hindcast' as const };
    expect(await published.read(database.pool, name(later))).toBeNull();
    const away = connect('postgres://nobody@127.0.0.1:1/none');
    await expect(published.read(away, name(later))).rejects.toMatchObject({ code: 'SQL_UNAVAILABLE' });
    await away.end();
    await storeCycles(database.pool, { domain: await loadCance(), ...later, from: ISSUED, to: ISSUED });
    expect(await published.read(database.pool, name(later))).not.toBeNull();
  });
});
