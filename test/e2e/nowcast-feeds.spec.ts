import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain, toLonLat, type LoadedDomain } from '#config';
import { makeRemapping, remap, type Remapping } from '#forcing';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, toIso, uniformNumbers, type EpochMs, type PlacedGrid } from '#hydrology';
import { encodeOdim } from '#observation';
import type { Freshet } from '../../apps/freshet/src/start-freshet.js';
import { ManualPulse } from '../setup/manual-pulse.js';
import { startLive } from '../setup/start-whole.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const QUARTER_MS = 15 * MINUTE_MS;
const START = parseIso('2014-11-04T05:05Z');
const at = (time: string): EpochMs => parseIso(`2014-11-04T${time}Z`);
/** A mosaic comes so long after its stamp. */
const LATENCY_MS = 2 * MINUTE_MS;
const LOST = at('07:00');
const LAST = at('07:45');

/** Showers over 600 km that move together: 50 km/h eastward and 15 northward. */
class MovingRain {
  readonly grid: PlacedGrid;
  private readonly showers;
  private readonly remapping: Remapping;
  private readonly means = new Map<EpochMs, number>();

  constructor({ mesh, projection }: LoadedDomain) {
    const [rows, columns, cell] = [300, 300, 2000];
    const { definition } = projection;
    this.grid = { definition, xMin: mesh.xMin - 280_000, yMax: mesh.yMax + 280_000, xResolution: cell, yResolution: cell, rows, columns };
    const uniform = uniformNumbers(5);
    this.showers = Array.from({ length: 120 }, () => ({
      ...{ x: -150 + 500 * uniform(), y: -50 + 700 * uniform(), size: 6 + 12 * uniform(), peak: 3 + 15 * uniform() },
    }));
    this.remapping = makeRemapping(this.grid, mesh, definition);
  }

  /** mm of the quarter of an hour that ends then. */
  depths(to: EpochMs): Float32Array {
    const hours = (to - QUARTER_MS / 2 - START) / HOUR_MS;
    const { rows, columns } = this.grid;
    const depths = new Float32Array(rows * columns);
    for (const { x, y, size, peak } of this.showers) {
      const [column, row, wide] = [(x + 50 * hours) / 2, (y - 15 * hours) / 2, size / 2];
      const reach = Math.ceil(3 * wide);
      for (let r = Math.max(0, Math.floor(row) - reach); r < Math.min(rows, row + reach); r++) {
        for (let c = Math.max(0, Math.floor(column) - reach); c < Math.min(columns, column + reach); c++) {
          depths[r * columns + c]! += (peak / 4) * Math.exp(-((r - row) ** 2 + (c - column) ** 2) / (2 * wide * wide));
        }
      }
    }
    return depths;
  }

  /** Mean over the basin, mm. */
  mean(to: EpochMs): number {
    const known = this.means.get(to);
    if (known !== undefined) return known;
    const values = remap(this.remapping, this.depths(to));
    const mean = values.reduce((sum, depth) => sum + depth, 0) / values.length;
    this.means.set(to, mean);
    return mean;
  }
}

/** Drops the mosaics of the time that have come, but for the one that is lost on the way. */
class Radar {
  private written = epochMs(START - 3 * HOUR_MS);

  constructor(
    private readonly rain: MovingRain,
    private readonly folder: string,
    private readonly domain: LoadedDomain,
  ) {}

  async writeDue(now: EpochMs): Promise<void> {
    for (let to = epochMs(Math.floor(this.written / QUARTER_MS + 1) * QUARTER_MS); to + LATENCY_MS <= now; to = epochMs(to + QUARTER_MS)) {
      this.written = to;
      if (to === LOST) continue;
      const { grid } = this.rain;
      const bytes = await encodeOdim({
        ...{ projection: grid.definition, corner: toLonLat(this.domain.projection, grid.xMin, grid.yMax), source: 'ORG:247' },
        ...{ rows: grid.rows, columns: grid.columns, xResolution: grid.xResolution, yResolution: grid.yResolution },
        ...{ from: epochMs(to - QUARTER_MS), to, depths: this.rain.depths(to) },
      });
      const path = join(this.folder, `rain_${toIso(to).replaceAll(/\D/g, '').slice(0, 12)}.h5`);
      writeFileSync(`${path}.part`, bytes);
      utimesSync(`${path}.part`, now / 1000 - 10, now / 1000 - 10);
      renameSync(`${path}.part`, path);
    }
  }
}

interface Cycle {
  readonly issue_time: EpochMs;
  readonly degradations: readonly { readonly code: string; readonly message: string }[];
}

describe('mosaics wider than the basin, to nowcasts of the rain that comes', () => {
  let root: string;
  let database: TestDatabase;
  let freshet: Freshet;
  let rain: MovingRain;
  const query = async <T extends object>(sql: string) => (await database.pool.query<T>(sql)).rows;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-nowcast-'));
    const folder = join(root, 'radar');
    mkdirSync(folder);
    const domain = await loadDomain(CANCE);
    rain = new MovingRain(domain);
    const radar = new Radar(rain, folder, domain);
    database = await openTestDatabase();
    const pulse: ManualPulse = new ManualPulse(START, () => radar.writeDue(pulse.clock.now()));
    await radar.writeDue(START);
    freshet = await startLive(domainWith(folder), database.url, pulse);
    await pulse.advance(epochMs(LAST + 6 * MINUTE_MS));
  }, 240_000);
  afterAll(async () => {
    await freshet.stop();
    await database.close();
    rmSync(root, { recursive: true, force: true });
  }, 30_000);

  function domainWith(radar: string): string {
    const folder = join(root, 'cance');
    cpSync(CANCE, folder, { recursive: true });
    const path = join(folder, 'domain.yaml');
    const live = `  live: [{ id: radar, kind: odim-folder, folder: ${radar}, every: 1min }]\n`;
    const text = readFileSync(path, 'utf8')
      .replace(/(gauges: \{ id: gauges[^\n]*\n)/, `$1${live}`)
      .replace('ladder: [persistence, zero]', 'ladder: [nowcast, persistence, zero]');
    writeFileSync(path, text);
    return folder;
  }

  /** Mean rain over the basin in the steps of 3 h after an issue time, as the forecast has it. */
  async function forecastRain(issueTime: EpochMs): Promise<number[]> {
    const url = `${freshet.url!}/v1/stations/V3524010/forecast?issueTime=${toIso(issueTime)}`;
    const { rain: bars } = (await (await fetch(url)).json()) as { rain: { values: { validTime: string; rainMm: number }[] } };
    return stepsAfter(issueTime).map(to => bars.values.find(bar => parseIso(bar.validTime) === to)!.rainMm);
  }
  const stepsAfter = (issueTime: EpochMs): EpochMs[] => Array.from({ length: 12 }, (_, k) => epochMs(issueTime + (k + 1) * QUARTER_MS));
  /** The mosaic of the issue time is there at the cut-off: its rain fades over an hour. */
  const persisted = (issueTime: EpochMs): number[] =>
    stepsAfter(issueTime).map((_, k) => Math.max(0, 1 - (k + 0.5) / 4) * rain.mean(issueTime));
  const errorOf = (forecast: readonly number[], issueTime: EpochMs): number =>
    stepsAfter(issueTime).reduce((sum, to, k) => sum + Math.abs(forecast[k]! - rain.mean(to)), 0) / 12;

  it('keeps what was received around the basin, the last six hours of it', async () => {
    const [kept] = await query<{ count: number; rasters: number; bytes: number }>(
      'select count(*), count(distinct raster) as rasters, max(length(rates)) as bytes from rain_mosaic',
    );
    expect(kept).toMatchObject({ rasters: 1 });
    expect(kept!.count).toBe(22); // 02:15 to 07:45 without one
    expect(kept!.bytes).toBeLessThan(400_000);
  });

  it('forecasts the rain over the basin better than persistence at every issue time but the one without a nowcast', async () => {
    const issueTimes: EpochMs[] = [];
    for (let time = at('05:15'); time <= LAST; time = epochMs(time + QUARTER_MS)) {
      if (time !== LOST && time !== epochMs(LOST + QUARTER_MS)) issueTimes.push(time);
    }
    const forecasts: number[][] = [];
    for (const issueTime of issueTimes) forecasts.push(await forecastRain(issueTime)); // before the truth, which keeps the thread busy
    const errors = issueTimes.map((issueTime, k) => ({
      nowcast: errorOf(forecasts[k]!, issueTime),
      persistence: errorOf(persisted(issueTime), issueTime),
    }));
    const mean = (of: (one: (typeof errors)[number]) => number) => errors.reduce((sum, one) => sum + of(one), 0) / errors.length;
    expect(errors).toHaveLength(9);
    expect(mean(one => one.persistence)).toBeGreaterThan(0.1); // it rains, and it changes
    expect(mean(one => one.nowcast)).toBeLessThan(0.6 * mean(one => one.persistence));
    expect(errors.filter(one => one.nowcast < one.persistence).length).toBeGreaterThanOrEqual(8);
  });

  it('names the forecast that had no nowcast, and no other', async () => {
    const cycles = await query<Cycle>(`select issue_time, degradations from cycle where run_kind = 'scheduled' order by issue_time`);
    const without = cycles.filter(({ degradations }) => degradations.some(({ message }) => message.startsWith('There is no nowcast')));
    expect(without.map(({ issue_time }) => toIso(issue_time))).toEqual([toIso(epochMs(LOST + QUARTER_MS))]);
    const said = without[0]!.degradations.map(({ message }) => message);
    expect(said).toContain('There is no nowcast: two successive grids of rain are needed; the last received rain, fading, is used');
  });
});
