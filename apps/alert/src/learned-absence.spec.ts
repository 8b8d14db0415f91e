import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alertedBasin } from '#alerting';
import type { LoadedDomain } from '#config';
import { BEAT_MS, DAY_MS, HOUR_MS, MINUTE_MS, epochMs, parseIso, stationId } from '#hydrology';
import { readAlertEvents, writeRainGauges, type RainGaugeRow } from '#store';
import { archiveDischarge, loadCance } from '../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { evaluateAlerts } from './evaluate.js';

/** Hourly values come 20 minutes late: 80 minutes old before the next comes. The last is of this hour. */
const LAST = parseIso('2014-11-04T16:00Z');

describe('the absence of a gauge', () => {
  let database: TestDatabase;
  let domain: LoadedDomain;
  beforeAll(async () => {
    database = await openTestDatabase();
    domain = await loadCance();
    await archiveDischarge(database.pool, { domain, runKind: 'replay', from: epochMs(LAST - 2 * DAY_MS), to: LAST });
  }, 60_000);
  afterAll(() => database.close());

  const raised = async (absence: LoadedDomain['settings']['alerts']['absence']) => {
    await database.pool.query('truncate alert_event, alert, alert_evaluation, outbox');
    const basin = { ...alertedBasin(domain), settings: { ...domain.settings.alerts, absence } };
    for (let beat = LAST; beat <= LAST + 4 * HOUR_MS; beat = epochMs(beat + BEAT_MS))
      await evaluateAlerts({ pool: database.pool, runKind: 'replay', basin, upTo: beat, begins: true });
    const events = await readAlertEvents(database.pool, { runKind: 'replay', asOf: epochMs(LAST + DAY_MS) });
    const event = events.find(({ station, basis, phase }) => station === 'V3524010' && basis === 'absence' && phase === 'raised')!;
    return { at: event.at, threshold: event.threshold, reason: event.reason };
  };

  it('is raised at a fixed age, or as soon as the gauge is older than it usually gets, and at that age at the latest', async () => {
    const { absence } = domain.settings.alerts;
    expect(await raised(absence)).toMatchObject({ at: '2014-11-04T18:30:00Z', threshold: 120 });
    const learned = await raised({ ...absence, learned: true });
    expect(learned).toMatchObject({ at: '2014-11-04T18:00:00Z', threshold: 95 });
    expect(learned.reason).toContain('95 minutes are allowed');
    expect(await raised({ ...absence, gauge: HOUR_MS, learned: true })).toMatchObject({ at: '2014-11-04T17:30:00Z', threshold: 60 });
  }, 60_000);

  it('of rain is an alert of its own, by the age that any gauge is allowed', async () => {
    const rainGauges = [{ id: stationId('RG1'), name: 'Hill' }];
    const basin = { ...alertedBasin(domain), stations: [], rainGauges };
    const depths = [0, 1, 2].map((hours): RainGaugeRow => {
      const validTime = epochMs(LAST - hours * HOUR_MS);
      const receivedAt = epochMs(validTime + 5 * MINUTE_MS);
      return {
        ...{ gauge: 'RG1', validTime, receivedAt, durationMs: HOUR_MS },
        depthMm: 0,
        flag: 0,
        flagSource: '',
        source: 'rain-gauges',
      };
    });
    await writeRainGauges(database.pool, domain.basin, depths);
    await database.pool.query('truncate alert_event, alert, alert_evaluation, outbox');
    for (let beat = LAST; beat <= LAST + 4 * HOUR_MS; beat = epochMs(beat + BEAT_MS)) {
      await evaluateAlerts({ pool: database.pool, runKind: 'replay', basin, upTo: beat, begins: true });
    }
    const events = await readAlertEvents(database.pool, { runKind: 'replay', asOf: epochMs(LAST + DAY_MS) });
    const [raised] = events.filter(({ station, phase }) => station === 'RG1' && phase === 'raised');
    expect(raised).toMatchObject({ at: '2014-11-04T18:30:00Z', threshold: 120, level: 'absent' });
    expect(raised!.reason).toBe('The newest value of the rain gauge Hill (RG1) is of 2014-11-04 16:00 UTC, 2.5 h ago; 2 h are allowed.');
  });
});
