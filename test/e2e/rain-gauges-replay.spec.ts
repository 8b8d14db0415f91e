import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain, type LoadedDomain } from '#config';
import { HOUR_MS, epochMs, parseIso, toIso } from '#hydrology';
import { openBasin } from '../../apps/freshet/src/commands/hindcast.js';
import { runHindcast } from '../../apps/freshet/src/commands/run-hindcast.js';
import type { ReplayMode } from '../../apps/freshet/src/freshet-options.js';
import { startWhole } from '../setup/start-whole.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const FROM = parseIso('2014-11-04T05:00Z');
const TO = parseIso('2014-11-04T07:00Z');
/** What the recorded gauges caught for each mm of the recorded radar. */
const CAUGHT = 1.5;
const GAUGES = [
  ['R1', 826_500, 6_467_500],
  ['R2', 831_500, 6_460_500],
  ['R3', 840_500, 6_457_500],
] as const;

interface Played {
  readonly runKinds: readonly string[];
  readonly hashes: readonly string[];
  readonly adjustments: readonly ({ readonly factor: number } | null)[];
}

describe('a replay with recorded rain gauges', () => {
  let root: string;
  let domain: LoadedDomain;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-gauge-replay-'));
    for (const [name, changes] of [
      ['adjusted', { adjust: true, gauges: true }],
      ['watched', { adjust: false, gauges: true }],
    ] as const) {
      const folder = join(root, name);
      cpSync(CANCE, folder, { recursive: true });
      await writeGauges(folder, changes.adjust);
    }
    domain = await loadDomain(join(root, 'adjusted'));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  async function writeGauges(folder: string, adjust: boolean): Promise<void> {
    const yaml = readFileSync(join(folder, 'domain.yaml'), 'utf8');
    const listed = GAUGES.map(([id, x, y]) => `  - { id: ${id}, x: ${x}, y: ${y} }`).join('\n');
    const placed = `${yaml}\nrainGauges:\n${listed}\n`;
    writeFileSync(join(folder, 'domain.yaml'), placed);
    const { rainGauges, record } = await loadDomain(folder);
    const lines = record
      .rain(parseIso('2014-09-15'), TO)
      .flatMap(({ validTime, values }) =>
        rainGauges.map(({ id, cell }) => `${id},${toIso(validTime)},60,${(CAUGHT * values[cell]!).toFixed(3)}`),
      );
    writeFileSync(
      join(folder, 'rain-gauges.csv'),
      `gauge,time,minutes,depth_mm\n${lines.filter(line => !line.endsWith('NaN')).join('\n')}\n`,
    );
    const recorded = placed.replace('record: {', 'record: { rainGauges: rain-gauges.csv,');
    writeFileSync(
      join(folder, 'domain.yaml'),
      adjust ? recorded.replace('forcing: {', 'forcing: { adjust: { by: mean-field-bias },') : recorded,
    );
  }

  const play = async (folder: string, data: string, changes: Partial<ReplayMode> = {}): Promise<Played> => {
    const mode: ReplayMode = {
      ...{ kind: 'replay', from: FROM, to: TO, speed: 'max', rain: 'persistence', disturbances: [], earlier: 'refuse' },
      ...changes,
    };
    const freshet = await startWhole({ domainFolders: [folder], sql: `embedded:${join(root, data)}`, mode });
    try {
      await freshet.finished;
      const { rows } = await freshet.pool.query<{ run_kind: string; state_hash: string; rain_adjustment: { factor: number } | null }>(
        `select run_kind, state_hash, rain_adjustment from cycle order by run_kind desc, issue_time`,
      );
      return {
        runKinds: rows.map(row => row.run_kind),
        hashes: rows.map(row => row.state_hash),
        adjustments: rows.map(row => row.rain_adjustment),
      };
    } finally {
      await freshet.stop();
    }
  };

  it('adjusts as operations do, to the same bits in one go and resumed after a stop', async () => {
    const whole = await play(join(root, 'adjusted'), 'whole');
    expect(whole.hashes).toHaveLength(9);
    for (const adjustment of whole.adjustments) {
      expect(adjustment!.factor).toBeGreaterThan(1.35);
      expect(adjustment!.factor).toBeLessThan(CAUGHT + 0.05);
    }
    await play(join(root, 'adjusted'), 'halves', { to: parseIso('2014-11-04T05:45Z') });
    const resumed = await play(join(root, 'adjusted'), 'halves', { earlier: 'resume' });
    expect(resumed).toEqual(whole);
  }, 120_000);

  it('changes no bit of a domain that has rain gauges and does not adjust, nor of one without', async () => {
    const watched = await play(join(root, 'watched'), 'watched');
    const plain = await play(CANCE, 'plain');
    expect(watched.hashes).toEqual(plain.hashes);
    expect([...watched.adjustments, ...plain.adjustments].every(one => one === null)).toBe(true);
  }, 120_000);

  it('adjusts a reanalysis too, by what would have come in time', async () => {
    const late = { input: 'rain', from: FROM, to: epochMs(FROM + HOUR_MS), delayMs: 0.75 * HOUR_MS };
    const { runKinds, adjustments } = await play(join(root, 'adjusted'), 'late', { reanalyse: true, disturbances: [late] });
    const again = adjustments.filter((_, k) => runKinds[k] === 'reanalysis');
    expect(again.length).toBeGreaterThan(2);
    for (const adjustment of again) {
      expect(adjustment!.factor).toBeGreaterThan(1.35);
      expect(adjustment!.factor).toBeLessThan(CAUGHT + 0.05);
    }
  }, 120_000);

  it('is the same in a hindcast: each cycle by what was known at its cut-off', async () => {
    const { basin, kernel } = await openBasin(domain, {});
    const record = domain.record.rain(domain.record.from, epochMs(TO + 24 * HOUR_MS));
    const plan = { from: FROM, to: TO, everyMs: HOUR_MS, rain: 'persistence', latency: 'domain', record } as const;
    const results = [...runHindcast(plan, domain, basin, kernel)];
    expect(results).toHaveLength(3);
    for (const { rainAdjustment, issueTime, asOf } of results) {
      expect(rainAdjustment!.factor).toBeGreaterThan(1.35);
      expect(rainAdjustment!.newestPair!).toBeLessThanOrEqual(asOf - 20 * 60_000);
      expect(rainAdjustment!.newestPair!).toBeGreaterThan(issueTime - 2 * HOUR_MS);
    }
    const cut = record.map(grid => (grid.validTime > FROM ? { ...grid, values: grid.values.map(depth => 9 * depth) } : grid));
    const [first] = [...runHindcast({ ...plan, to: FROM, record: cut }, domain, basin, kernel)];
    expect(first!.rainAdjustment).toEqual(results[0]!.rainAdjustment); // what falls later changes nothing
  }, 60_000);
});
