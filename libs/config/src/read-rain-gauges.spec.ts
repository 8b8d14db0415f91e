import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isFault } from '#errors';
import { centreOf, parseIso, stationId } from '#hydrology';
import { loadDomain } from './load-domain.js';
import { readRainGaugeFile } from './rain-gauge-file.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));

describe('rain gauges of domain.yaml', () => {
  let root: string;
  let plain: string;
  beforeAll(() => {
    root = join(mkdtempSync(join(tmpdir(), 'freshet-rain-gauges-')), 'cance');
    cpSync(CANCE, root, { recursive: true });
    plain = readFileSync(join(root, 'domain.yaml'), 'utf8');
  });
  afterAll(() => {
    rmSync(join(root, '..'), { recursive: true, force: true });
  });

  const load = (gauges: string, change: (yaml: string) => string = yaml => yaml) => {
    writeFileSync(join(root, 'domain.yaml'), `${change(plain)}\nrainGauges:\n${gauges}`);
    return loadDomain(root);
  };
  const mistakesOf = async (gauges: string, change?: (yaml: string) => string): Promise<readonly string[]> => {
    try {
      await load(gauges, change);
    } catch (error) {
      if (isFault(error)) return error.context['mistakes'] as string[];
      throw error;
    }
    return [];
  };
  const withSource = (line: string) => (yaml: string) => yaml.replace(/(gauges: \{ id: gauges[^\n]*\n)/, `$1  live:\n    - ${line}\n`);
  const EA = '{ id: ea, kind: ea, url: "https://service.example/x", quantities: [P] }';

  it('are placed by longitude and latitude or by x and y, on the mesh or beside it', async () => {
    const domain = await load(
      `  - { id: R1, name: Sarras, longitude: 4.78668, latitude: 45.20530, source: ea, code: E1 }\n  - { id: R2, x: 845500, y: 6457500 }\n`,
      withSource(EA),
    );
    const [first, second] = domain.rainGauges;
    expect(first).toMatchObject({ id: 'R1', name: 'Sarras', source: 'ea', code: 'E1', quality: { off: [] } });
    const [x, y] = centreOf(domain.mesh, first!.cell);
    expect(Math.hypot(x - 840_300, y - 6_457_500)).toBeLessThan(1000);
    expect(second).toMatchObject({ name: 'R2', code: 'R2', source: undefined });
    expect(centreOf(domain.mesh, second!.cell)[0]).toBeLessThan(845_500); // the nearest of the mesh
    expect(second!.longitude).toBeGreaterThan(first!.longitude);
  });

  it('name every mistake', async () => {
    const place = 'x: 840500, y: 6457500';
    expect(
      await mistakesOf(
        `  - { id: R1, x: 840500 }\n  - { id: R2, longitude: 45.2, latitude: 4.8 }\n  - { id: V3524010, ${place} }\n  - { id: R4, ${place}, source: hub }\n` +
          `  - { id: R4, ${place} }\n  - { id: R5, ${place}, longitude: 4.8, latitude: 45.2 }\n`,
        withSource(EA),
      ),
    ).toEqual([
      'rainGauges.3 (R4).source: hub is no live source with P among its quantities; there is ea',
      'rainGauges: R4 is listed twice',
      'rainGauges: V3524010 is a station of stations.csv; give the rain gauge another id and its code',
      'sources.live: ea asks for P, but no rain gauge names it as its source',
      "rainGauges.0 (R1): give its place, either longitude and latitude or x and y of the mesh's projection",
      expect.stringMatching(/^rainGauges\.1 \(R2\): lies \d+ km from the mesh; up to 10 count; correct its place or leave it out$/),
      "rainGauges.5 (R5): give its place, either longitude and latitude or x and y of the mesh's projection",
    ]);
    expect(await mistakesOf('  []\n', yaml => yaml.replace('forcing: {', 'forcing: { adjust: { by: mean-field-bias },'))).toEqual([
      'forcing.adjust: needs rain gauges; list them under rainGauges',
    ]);
    expect(await mistakesOf(`  - { id: R1, ${place}, quality: { off: [XX] } }\n`)).toEqual([
      'rainGauges.0.quality.off.0: must be one of HX, SX, SR, TS, BL, not "XX"',
    ]);
  });

  it('refuse sources that have no rain or do not say its duration', async () => {
    const gauge = '  - { id: R1, x: 840500, y: 6457500, source: a }\n';
    expect(await mistakesOf(gauge, withSource('{ id: a, kind: hubeau, url: "https://s.example/x", quantities: [P] }'))).toEqual([
      'sources.live.0.quantities: P: hubeau has no rain gauges',
    ]);
    expect(await mistakesOf(gauge, withSource('{ id: a, kind: usgs, url: "https://s.example/x", quantities: [Q, P] }'))).toEqual([
      'sources.live.0.rain.duration: is missing: usgs does not say over how long a depth was collected, such as 15min',
    ]);
  });

  it('have a record, cut as it is asked for', async () => {
    writeFileSync(
      join(root, 'rain-gauges.csv'),
      'gauge,time,minutes,depth_mm\nR1,2014-11-04T02:00Z,60,1.5\nR1,2014-11-04T01:00Z,60,0\nR1,2014-11-04T03:00Z,60,\nR2,2014-11-04T01:00Z,15,2\n',
    );
    const domain = await load('  - { id: R1, x: 840500, y: 6457500 }\n', yaml =>
      yaml.replace('record: {', 'record: { rainGauges: rain-gauges.csv,'),
    );
    const between = (from: string, to: string) => domain.record.rainGauge!(stationId('R1'), parseIso(from), parseIso(to));
    expect(between('2014-11-04T00:00Z', '2014-11-05').depths).toEqual(Float64Array.of(0, 1.5));
    expect(between('2014-11-04T01:00Z', '2014-11-04T02:00Z')).toMatchObject({
      ...{ times: Float64Array.of(parseIso('2014-11-04T02:00Z')), durationsMs: Float64Array.of(3_600_000), depths: Float64Array.of(1.5) },
    });
    expect(between('2014-11-05', '2014-11-06').times).toHaveLength(0);
    expect(between('2014-11-03', '2014-11-04').times).toHaveLength(0);
  });

  it('have a record that is refused by the line that is wrong', () => {
    expect(() => readRainGaugeFile('gauge,time,depth_mm\nR1,2014-11-04,1\n', 'g.csv')).toThrow(
      'g.csv: needs the columns gauge, time, minutes, depth_mm',
    );
    expect(() => readRainGaugeFile('gauge,time,minutes,depth_mm\nR1,2014-11-04,60,-1\n', 'g.csv')).toThrow(
      'g.csv: line 2 (R1 2014-11-04) needs a gauge, minutes above 0 and a depth_mm from 0',
    );
    expect(() => readRainGaugeFile('gauge,time,minutes,depth_mm\nR1,noon,60,1\n', 'g.csv')).toThrow(
      'has no time such as 2014-11-04T15:00Z',
    );
  });
});
