import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FeedSimulator, RainWriter, type SimulatedWorld } from '#apps/ingest';
import { loadDomain } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import type { Freshet } from '../../apps/freshet/src/start-freshet.js';
import { ManualPulse } from '../setup/manual-pulse.js';
import { startLive } from '../setup/start-whole.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const FRESHET = join(CANCE, '../../../apps/freshet/bin/freshet.js');
const START = parseIso('2014-11-04T05:05Z');

describe('a domain made from flow directions, gauges and feeds, without a record', () => {
  let root: string;
  let database: TestDatabase;
  let simulator: FeedSimulator;
  let pulse: ManualPulse;
  let freshet: Freshet;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-new-domain-'));
    mkdirSync(join(root, 'radar'));
    database = await openTestDatabase();
    const world: SimulatedWorld = {
      domain: await loadDomain(CANCE),
      now: () => pulse.clock.now(),
      ...{ shiftMs: 0, gaugeStepMs: 5 * MINUTE_MS, faults: [] },
    };
    const writer = new RainWriter(world, join(root, 'radar'), epochMs(START - 30 * HOUR_MS));
    pulse = new ManualPulse(START, () => writer.writeDue());
    await writer.writeDue();
    simulator = new FeedSimulator({ ...world, fixtures: null, slowMs: 100 });
    const url = await simulator.listen(0);
    const folder = made(`${url}/hubeau/observations_tr`);
    freshet = await startLive(folder, database.url, pulse);
  }, 120_000);
  afterAll(async () => {
    await freshet.stop();
    await simulator.close();
    await database.close();
    rmSync(root, { recursive: true, force: true });
  }, 30_000);

  /** By the command, with two gauges of the three. */
  function made(address: string): string {
    const folder = join(root, 'small');
    writeFileSync(join(root, 'gauges.csv'), 'id,x,y,area_km2\nSARRAS,840500,6457500,381.7\nDEOME,826500,6467500,107\n');
    const args = [
      ...['domain', 'new', folder, '--name', 'A small river', '--flow-direction', join(CANCE, 'flow-direction.tif')],
      ...['--gauges', join(root, 'gauges.csv'), '--rain', join(root, 'radar'), '--rain-kind', 'odim-folder'],
      ...['--service', 'hubeau', '--address', address, '--code', 'SARRAS=V352401001', '--code', 'DEOME=V351501001'],
      ...['--levels', 'SARRAS=60,90,150', '--temperature', '2 3 6 9 13 17 20 19 16 11 6 3', '--no-check'],
    ];
    const { status, stderr } = spawnSync(process.execPath, [FRESHET, ...args], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    return folder;
  }

  it('takes the feeds and forecasts every quarter of an hour', async () => {
    await pulse.advance(parseIso('2014-11-04T06:00Z'));
    const { rows } = await database.pool.query<{ issue_time: number; status: string }>(
      `select issue_time, status from cycle where run_kind = 'scheduled' order by issue_time`,
    );
    expect(rows.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete']); // 05:15 to 05:45
    const forecast = (await (await fetch(`${freshet.url!}/v1/stations/SARRAS/forecast`)).json()) as Record<string, unknown>;
    expect(forecast).toMatchObject({ issueTime: new Date(rows.at(-1)!.issue_time).toISOString().replace('.000', '') });
    expect(forecast['values']).toHaveLength(96);
  });
});
