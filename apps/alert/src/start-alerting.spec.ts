import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alertedBasin } from '#alerting';
import { BEAT_MS, HOUR_MS, MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { LocalBus } from '#bus';
import type { LoadedDomain } from '#config';
import { readAlertEvents } from '#store';
import { archiveDischarge, archiveRain, loadCance, storeCycles } from '../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { startAlerting, type Alerting } from './start-alerting.js';
import { watchInputs } from './watchdog.js';

const AT = parseIso('2014-11-04T14:00Z');

describe('startAlerting', () => {
  let database: TestDatabase;
  let domain: LoadedDomain;
  let bus: LocalBus;
  let alerting: Alerting;
  let announced = 0;

  beforeAll(async () => {
    database = await openTestDatabase();
    domain = await loadCance();
    const span = { domain, runKind: 'replay' as const, from: epochMs(AT - HOUR_MS), to: epochMs(AT + 2 * HOUR_MS) };
    await archiveDischarge(database.pool, { ...span, from: epochMs(AT - 12 * HOUR_MS) });
    await archiveRain(database.pool, { ...span, from: epochMs(AT - 12 * HOUR_MS) });
    await storeCycles(database.pool, span);
    bus = new LocalBus();
    const basins = [alertedBasin(domain)];
    alerting = await startAlerting({ pool: database.pool, bus, runKind: 'replay', basins, onMessages: () => announced++ });
  });
  afterAll(async () => {
    await alerting.stop();
    await bus.close(1000);
    await database.close();
  });

  const events = () => readAlertEvents(database.pool, { runKind: 'replay', asOf: epochMs(AT + HOUR_MS) });
  const issued = (issueTime: EpochMs, runKind: 'replay' | 'scheduled') =>
    bus.publish('forecast.issued.v1', [
      {
        key: 'cance',
        id: `${runKind} ${issueTime}`,
        value: { basin: 'cance', issueTime, asOf: epochMs(issueTime + 4 * MINUTE_MS), runKind, outcome: 'complete', notifies: true },
      },
    ]);

  it('leaves the forecasts of another kind of run and values archived before the start alone', async () => {
    await issued(AT, 'scheduled');
    await bus.publish('obs.archived.v1', [
      { key: 'cance', id: 'old', value: { basin: 'cance', receivedAt: AT, runKind: 'replay', values: 0 } },
    ]);
    await bus.idle();
    expect(await events()).toEqual([]);
  });

  it('raises when forecasts are issued and says that messages wait', async () => {
    await issued(AT, 'replay');
    await issued(epochMs(AT + BEAT_MS), 'replay');
    await bus.idle();
    const raised = (await events()).filter(event => event.phase === 'raised');
    expect(raised.map(event => event.alertId)).toContain('replay:cance:V3524010:Q:forecast:red');
    expect(announced).toBeGreaterThan(0);
  });

  it('raises at once when an observation is archived', async () => {
    const receivedAt = parseIso('2014-11-04T15:20Z');
    await bus.publish('obs.archived.v1', [
      { key: 'cance', id: 'new', value: { basin: 'cance', receivedAt, runKind: 'replay', values: 0 } },
    ]);
    await bus.idle();
    const red = (await readAlertEvents(database.pool, { runKind: 'replay', asOf: receivedAt })).filter(
      event => event.basis === 'observed' && event.level === 'red',
    );
    expect(red.map(event => [event.station, event.phase, event.at])).toContainEqual(['V3524010', 'raised', '2014-11-04T15:20:00Z']);
  });

  it('is woken by the clock when nothing else speaks', async () => {
    let job: (() => Promise<void>) | undefined;
    const stop = watchInputs(alerting, {
      now: () => parseIso('2014-11-04T22:05Z'),
      every: (cron, run) => {
        expect(cron).toBe('5,20,35,50 * * * *');
        job = run;
        return () => undefined;
      },
    });
    await job?.();
    stop();
    const late = await readAlertEvents(database.pool, { runKind: 'replay', asOf: parseIso('2014-11-04T22:05Z') });
    expect(late.filter(event => event.phase === 'raised').map(event => event.alertId)).toContain('replay:cance:cycle:input:absence:absent');
  });
});
