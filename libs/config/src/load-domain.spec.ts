import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault, FaultCode } from '#errors';
import { extraterrestrialRadiation, oudinPet } from '#forcing';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, stationId, timeGrid } from '#hydrology';
import { loadDomain } from './index.js';
import { writeNetCdf } from './netcdf.js';
import { projectionOf } from './projection.js';
import { TENTHS, writeRainFile } from './rain-file.js';
import { writeGeoTiff } from './raster.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));

/** The machine may be busy with other tests, and other threads of this process with what those left: neither burdens each of three loads. */
async function loadThrice() {
  const loads = [];
  for (let k = 0; k < 3; k++) {
    const started = process.cpuUsage();
    loads.push({ domain: await loadDomain(CANCE), ms: process.cpuUsage(started).user / 1000 });
  }
  return { domain: loads[0]!.domain, fastestMs: Math.min(...loads.map(({ ms }) => ms)) };
}

describe('loadDomain on the committed Cance', () => {
  it('knows the mesh, the zones and the stations, within a second', async () => {
    const { domain, fastestMs } = await loadThrice();
    expect(fastestMs).toBeLessThan(1000);
    expect(domain.mesh.cellCount).toBe(383);
    expect(Math.max(...domain.mesh.level)).toBe(30);
    expect(domain.zoneStations).toEqual(['V3524010', 'V3515010', 'V3517010']);
    expect([0, 1, 2].map(zone => domain.zoneOfCell.filter(other => other === zone).length)).toEqual([247, 108, 28]);
    const drained = domain.stations.map(({ id, gauged, cell }) => [id, gauged, domain.mesh.upstreamAreaM2[cell]! / 1e6]);
    expect(drained).toEqual([
      ['V3524010', true, 383],
      ['V3515010', true, 108],
      ['V3517010', true, 28],
      ['CANCE-V1', false, 311],
      ['CANCE-V2', false, 150],
      ['CANCE-V3', false, 84],
    ]);
    expect(domain.stations.every(station => station.thresholds.length === 3)).toBe(true);
    expect(domain.stations.filter(station => station.assimilate).every(station => station.gauged)).toBe(true);
  });

  it('holds the rain and PET that the peer sums to over its default period', async () => {
    const { record } = await loadDomain(CANCE);
    const [from, to] = [parseIso('2014-09-15'), parseIso('2014-11-14')];
    const rain = record.rain(from, to).reduce((sum, grid) => sum + grid.values.reduce((depth, value) => depth + value, 0), 0);
    expect(rain).toBeCloseTo(177_845.6, 0);
    expect(record.pet(timeGrid(from, to, HOUR_MS)).values.reduce((sum, depth) => sum + depth, 0)).toBeCloseTo(29_793.88, 1);
    expect(record.pet(timeGrid(from, to, 15 * MINUTE_MS)).values.reduce((sum, depth) => sum + depth, 0)).toBeCloseTo(29_793.88, 1);
  });

  it('leaves the missing hour missing, takes (from, to] and stamps the receipt', async () => {
    const { record } = await loadDomain(CANCE);
    const grids = record.rain(parseIso('2014-12-18T22:00Z'), parseIso('2014-12-19T02:00Z'));
    expect(grids.map(grid => grid.validTime)).toEqual(['2014-12-18T23:00Z', '2014-12-19T01:00Z', '2014-12-19T02:00Z'].map(parseIso));
    expect(grids[0]!.receivedAt - grids[0]!.validTime).toBe(15 * MINUTE_MS);
    expect(record.rain(epochMs(record.from - 1), record.to)).toHaveLength(2951);
    expect(record.rain(record.to, epochMs(record.to + 10 * HOUR_MS))).toEqual([]);
  });

  it('gives the discharge of gauges at their stamps, and only of gauges', async () => {
    const { record } = await loadDomain(CANCE);
    const series = record.discharge(stationId('V3524010'), parseIso('2014-11-04T19:00Z'), parseIso('2014-11-04T20:00Z'));
    expect([...series.times]).toEqual([parseIso('2014-11-04T20:00Z')]);
    expect(series.values[0]).toBeCloseTo(317.38, 4);
    expect(record.discharge(stationId('V3517010'), parseIso('2006-01-01'), parseIso('2019-01-31')).values.every(value => value >= 0)).toBe(
      true,
    );
    expect(() => record.discharge(stationId('CANCE-V1'), record.from, record.to)).toThrow(/no discharge of station CANCE-V1/);
  });

  it('takes the nearest day of PET just after the record and refuses summer', async () => {
    const { record } = await loadDomain(CANCE);
    const january = record.pet(timeGrid(parseIso('2015-01-20'), parseIso('2015-01-21'), HOUR_MS));
    expect(january.values.some(depth => depth > 0)).toBe(true);
    expect(() => record.pet(timeGrid(parseIso('2014-07-01'), parseIso('2014-07-02'), HOUR_MS))).toThrow(
      /no day within 31 days of 2014-07-01/,
    );
  });

  it('hashes by content', async () => {
    const [a, b] = [await loadDomain(CANCE), await loadDomain(CANCE)];
    expect(a.meshHash).toMatch(/^[0-9a-f]{64}$/);
    expect([b.meshHash, b.configHash]).toEqual([a.meshHash, a.configHash]);
  });
});

describe('loadDomain on a broken folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-domain-'));
    await cp(CANCE, folder, { recursive: true });
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const edit = async (file: string, from: string, to: string): Promise<void> => {
    const text = await readFile(join(folder, file), 'utf8');
    expect(text).toContain(from);
    await writeFile(join(folder, file), text.replace(from, to));
  };
  const faultOf = async (code: FaultCode): Promise<string> => {
    const error: unknown = await loadDomain(folder).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: 'Fault', code });
    expect((error as Fault).remedy).not.toBe('');
    return (error as Fault).message;
  };

  it('computes the PET that it has no record of', async () => {
    await rm(join(folder, 'pet.nc'));
    const months = [4, 5, 8, 11, 15, 19, 21, 21, 17, 13, 8, 5];
    await edit('domain.yaml', 'pet: pet.nc', `pet: { formula: oudin, monthlyTemperature: [${months.join(', ')}] }`);
    const { record } = await loadDomain(folder);
    const day = record.pet(timeGrid(parseIso('2014-11-15'), parseIso('2014-11-16'), HOUR_MS));
    const [first] = [0].map(cell => day.values.reduce((sum, depth, k) => (k % day.cellCount === cell ? sum + depth : sum), 0));
    // half a day before the middle of November, at 45.2° north
    expect(first).toBeCloseTo(oudinPet(8 + 5 / 60, extraterrestrialRadiation(45.2, 319)), 1);
  });

  it('refuses a formula for PET without the temperature that it needs', async () => {
    await edit('domain.yaml', 'pet: pet.nc', 'pet: { formula: oudin }');
    expect(await faultOf('DOMAIN_INVALID')).toContain(
      'record.pet: oudin needs either record.temperature or monthlyTemperature, and not both',
    );
    await edit('domain.yaml', 'formula: oudin', 'formula: oudin, monthlyTemperature: [1, 2]');
    expect(await faultOf('DOMAIN_INVALID')).toContain('record.pet');
  });

  it('refuses PET by the temperature of a weather model without a source of it, and any other way to make it', async () => {
    await edit('domain.yaml', 'ladder: [persistence, zero]', 'ladder: [persistence, zero], pet: { formula: oudin, temperature: nwp }');
    expect(await faultOf('DOMAIN_INVALID')).toContain(
      'forcing.pet: no source brings temperature; enable one of kind nwp-temperature-folder under sources.live, or leave it out',
    );
    await edit('domain.yaml', 'oudin, temperature: nwp', 'hargreaves, temperature: guess');
    const message = await faultOf('DOMAIN_INVALID');
    expect([message.includes('forcing.pet.formula'), message.includes('forcing.pet.temperature')]).toEqual([true, true]);
  });

  it('says that a folder is no domain', async () => {
    await rm(join(folder, 'domain.yaml'));
    expect(await faultOf('DOMAIN_NOT_FOUND')).toContain(folder);
  });

  it('lists every absent file', async () => {
    await rm(join(folder, 'rain.nc'));
    await rm(join(folder, 'stations.csv'));
    expect(await faultOf('DOMAIN_INVALID')).toContain(
      '2 mistakes:\n  - stations: there is no file stations.csv\n  - record.rain: there is no file rain.nc',
    );
  });

  it.each(['rain.nc', 'pet.nc', 'discharge.nc'])('names a truncated %s', async file => {
    await truncate(join(folder, file), 20_000);
    expect(await faultOf('FILE_UNREADABLE')).toContain(
      `${join(folder, file)} is not a readable NetCDF-4 or HDF5 file: it is damaged, cut short or of another format`,
    );
  });

  it.each(['rain.nc', 'flow-direction.tif', 'descriptors/slope.tif'])('names foreign bytes in %s', async file => {
    await writeFile(join(folder, file), 'this is not a raster');
    expect(await faultOf('FILE_UNREADABLE')).toContain(join(folder, file));
  });

  it('names the variable that a file lacks', async () => {
    await writeNetCdf(join(folder, 'rain.nc'), {}, [
      { name: 'time', type: '<i', data: Int32Array.of(0, 3600), shape: [2], attributes: { units: 'seconds since 1970-01-01' } },
    ]);
    expect(await faultOf('FILE_UNREADABLE')).toContain('variable "x" is missing');
  });

  it('refuses rain whose shape disagrees with its axes', async () => {
    await writeNetCdf(join(folder, 'rain.nc'), {}, [
      { name: 'time', type: '<i', data: Int32Array.of(0, 3600), shape: [2], attributes: { units: 'seconds since 1970-01-01' } },
      { name: 'y', type: '<d', data: Float64Array.of(2, 1), shape: [2] },
      { name: 'x', type: '<d', data: Float64Array.of(1, 2), shape: [2] },
      { name: 'rainfall_amount', type: '<h', data: new Int16Array(9), shape: [9, 1, 1], dimensions: [], attributes: { scale_factor: 0.1 } },
    ]);
    expect(await faultOf('FILE_UNREADABLE')).toContain('rainfall_amount is [9 × 1 × 1] but time, y, x are [2 × 2 × 2]');
  });

  it('lists every mistake of the tables at once', async () => {
    await edit('stations.csv', 'V3515010,Upper Déôme gauge,Déôme,true,true,826500', 'V3515010,Upper Déôme gauge,Déôme,yes,true,826500');
    await edit('stations.csv', '840500,6457500', '850500,6457500');
    await edit('stations.csv', '827500,6469500', '826500,6467500');
    await edit('thresholds.csv', 'V3517010,orange', 'V3517010,purple');
    await edit('thresholds.csv', 'CANCE-V3,red,20', 'CANCE-V9,red,20');
    const message = await faultOf('DOMAIN_INVALID');
    expect(message).toContain('stations: V3515010 must say true or false in column gauged');
    expect(message).toContain('stations: V3524010 at x 850500, y 6457500 is not on an active cell of the mesh');
    expect(message).toContain('stations: V3517010 drains 25.3 km² but its cell 108.0 km²');
    expect(message).toContain('needs a level of yellow, orange, red');
    expect(message).toContain('thresholds: station CANCE-V9 is not in the table of stations');
  });

  it('refuses thresholds that do not rise', async () => {
    await edit('thresholds.csv', 'V3524010,red,20,182.9', 'V3524010,red,20,82.9');
    expect(await faultOf('DOMAIN_INVALID')).toContain('those of V3524010 must be one per level and rise from yellow to red');
  });

  it('refuses a gauge without a record', async () => {
    await edit(
      'stations.csv',
      'CANCE-V1,Cance below the Déôme confluence,Cance,false',
      'CANCE-V1,Cance below the Déôme confluence,Cance,true',
    );
    const message = await faultOf('DOMAIN_INVALID');
    expect(message).toContain('stations: CANCE-V1 is gauged but discharge.nc holds no discharge of it');
  });

  it('refuses rain that does not cover the basin', async () => {
    const small = { epsg: 2154, xMin: 813_000, yMax: 6_478_000, xResolution: 1000, yResolution: 1000, rows: 28, columns: 20 };
    const rain = {
      ...small,
      stepMs: HOUR_MS,
      stamps: [parseIso('2014-09-15'), parseIso('2014-09-15T01:00Z')],
      values: new Int16Array(1120),
      perMm: TENTHS,
    } as const;
    await writeRainFile(join(folder, 'rain.nc'), rain, projectionOf(2154), 'a test');
    expect(await faultOf('DOMAIN_INVALID')).toMatch(/the grid of record.rain leaves out \d+ of the 383 active cells/);
  });

  it('refuses flow directions that run in a circle, with the cells', async () => {
    const codes = new Uint8Array(28 * 28);
    codes.set([3, 7], 100);
    const geometry = { epsg: 2154, xMin: 813_000, yMax: 6_478_000, xResolution: 1000, yResolution: 1000 };
    await writeGeoTiff(join(folder, 'flow-direction.tif'), { values: codes, rows: 28, columns: 28, noData: 0 }, geometry);
    expect(await faultOf('DOMAIN_INVALID')).toContain('circle: (row 3, column 16) → (row 3, column 17)');
  });

  it('refuses a projection other than that of the raster', async () => {
    await edit('domain.yaml', 'epsg: 2154', 'epsg: 4326');
    expect(await faultOf('DOMAIN_INVALID')).toContain('mesh.epsg: is 4326 but flow-direction.tif says 2154');
  });

  it('asks for the proj4 text of a projection that it does not know', async () => {
    await edit('domain.yaml', 'epsg: 2154', 'epsg: 2056');
    expect(await faultOf('DOMAIN_INVALID')).toContain(
      'EPSG:2056 is not known (known: 2154, 4326, 4258, 4171, 4269 and the UTM zones); give its proj4 text as mesh.projection',
    );
  });
});
