import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import type { ReplayMode } from '../../apps/freshet/src/freshet-options.js';
import type { Freshet } from '../../apps/freshet/src/start-freshet.js';
import { summariseReplay } from '../../apps/freshet/src/summarise-replay.js';
import { startWhole } from '../setup/start-whole.js';

const DOMAIN = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const FROM = parseIso('2014-11-04T05:00Z');
const TO = parseIso('2014-11-04T08:30Z');
const BEATS = 15;

const mode = (changes: Partial<ReplayMode> = {}): ReplayMode => ({
  kind: 'replay',
  from: FROM,
  to: TO,
  speed: 'max',
  rain: 'persistence',
  disturbances: [],
  earlier: 'refuse',
  ...changes,
});

describe('the record flood through the whole system', () => {
  let root: string;
  let freshet: Freshet;
  const start = (
    folder: string,
    changes: Partial<ReplayMode> = {},
    roles: readonly ('ingest' | 'forecast' | 'alert' | 'api')[] = ['ingest', 'forecast', 'alert'],
  ) =>
    startWhole({
      roles,
      domainFolders: [DOMAIN],
      sql: `embedded:${join(root, folder)}`,
      mode: mode(changes),
    });
  const play = async (folder: string, changes: Partial<ReplayMode> = {}) => {
    const played = await start(folder, changes);
    try {
      await played.finished;
      return await summariseReplay(played.pool, 'cance');
    } finally {
      await played.stop();
    }
  };
  const query = async <T extends object>(sql: string) => (await freshet.pool.query<T>(sql)).rows;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-e2e-'));
    freshet = await start('first', {}, ['ingest', 'forecast', 'alert', 'api']);
    await freshet.finished;
  }, 120_000);
  afterAll(async () => {
    await freshet.stop();
    rmSync(root, { recursive: true, force: true });
  }, 30_000);

  it('computes every cycle, each chained to the one before', async () => {
    const cycles = await query<{ status: string; state_hash: string; previous_hash: string }>('select * from cycle order by issue_time');
    expect(cycles.map(cycle => cycle.status)).toEqual(Array<string>(BEATS).fill('complete'));
    expect(cycles.slice(1).map(cycle => cycle.previous_hash)).toEqual(cycles.slice(0, -1).map(cycle => cycle.state_hash));
    expect(new Set(cycles.map(cycle => cycle.state_hash)).size).toBe(BEATS);
  });

  it('shows no cycle anything that came after its cut-off', async () => {
    const cycles = await query<{ as_of: number; input_ages: { input: string; newest: string | null }[] }>(
      'select as_of, input_ages from cycle',
    );
    for (const { as_of, input_ages } of cycles) {
      for (const { input, newest } of input_ages.filter(age => age.newest !== null)) {
        const latency = (input === 'rain' ? 0.25 : 1 / 3) * HOUR_MS;
        expect(as_of - Date.parse(newest!)).toBeGreaterThanOrEqual(latency);
      }
    }
  });

  it('spins the model up from the archive, which holds what was known before', async () => {
    const [rain] = await query<{ first: number; count: number }>('select min(valid_time) as first, count(*) from rain_grid');
    expect(rain!.first).toBeLessThanOrEqual(parseIso('2014-09-15T01:00Z'));
    const [received] = await query<{ latest: number }>('select max(received_at) as latest from observation');
    expect(received!.latest).toBeLessThanOrEqual(TO + 4 * 60_000);
  });

  it('raises alerts and leaves nothing unsaid', async () => {
    const summary = await summariseReplay(freshet.pool, 'cance');
    expect(summary.alerts.some(({ station, phase, level }) => station === 'V3524010' && phase === 'raised' && level === 'yellow')).toBe(
      true,
    );
    expect(summary.alerts.every(({ marker }) => marker === 'REPLAY · EXERCISE')).toBe(true);
    expect(await query('select from outbox where published_at is null')).toHaveLength(0);
  });

  it('serves the newest forecast and the past ones, marked as an exercise', async () => {
    const latest = (await (await fetch(`${freshet.url!}/v1/stations/V3524010/forecast`)).json()) as Record<string, unknown>;
    expect(latest).toMatchObject({
      station: 'V3524010',
      issueTime: '2014-11-04T08:30:00Z',
      runKind: 'replay',
      marker: 'REPLAY · EXERCISE',
    });
    expect(latest['values']).toHaveLength(96);
    const past = await fetch(`${freshet.url!}/v1/stations/V3524010/forecast?asOf=2014-11-04T06:04:00Z`);
    expect(await past.json()).toMatchObject({ issueTime: '2014-11-04T06:00:00Z' });
  });

  it('gives the same states and alerts at another speed', async () => {
    const paced = await play('paced', { speed: 450 });
    expect(paced).toEqual(await summariseReplay(freshet.pool, 'cance'));
  }, 120_000);

  it('goes on degraded without rain, says that it is absent, and takes late values into the next cycle', async () => {
    const until = epochMs(TO - HOUR_MS);
    const disturbed = await play('disturbed', {
      disturbances: [
        { input: 'rain', from: epochMs(FROM - 2 * HOUR_MS), to: until, delayMs: null },
        { input: 'V3524010', from: epochMs(FROM - HOUR_MS), to: until, delayMs: 2 * HOUR_MS },
      ],
    });
    expect(disturbed.cycles.aborted).toBe(0);
    expect(disturbed.cycles.degraded).toBeGreaterThan(0);
    expect(disturbed.absences.some(({ station, phase }) => station === 'rain' && phase === 'raised')).toBe(true);
  }, 120_000);
});
