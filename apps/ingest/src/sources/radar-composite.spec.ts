import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import proj4 from 'proj4';
import { projectionOf } from '#config';
import { MINUTE_MS, buildMesh, epochMs, parseIso, type EpochMs, type Mesh } from '#hydrology';
import { MARSHALL_PALMER, type ObservationSource, type RawObservation, type RawRainGrid } from '#observation';
import { encodeScan } from '../../../../test/setup/polar-scan.js';
import { RainDecoder } from '../decode/rain-decoder.js';
import { RadarCompositeSource } from './radar-composite.js';
import { createRainFolderSource, type RainFolder } from './rain-folder.js';
import type { CompositeSettings } from './radar-slots.js';

const decoder = new RainDecoder();
afterAll(() => decoder.close());

const { definition } = projectionOf(2154);
const EVERY_MS = 5 * MINUTE_MS;
const SLOT = parseIso('2024-10-17T12:00Z');

/** Two radars 120 km apart, on one line with the basin between them. */
const RADARS = { west: [740_000, 6_500_000], east: [860_000, 6_500_000] } as const;
const meshAt = (xMin: number, yMax: number): Mesh =>
  buildMesh({ rows: 8, columns: 20, codes: new Uint8Array(160).fill(3) }, { epsg: 2154, xMin, yMax, xResolution: 4000, yResolution: 4000 });
const mesh = meshAt(760_000, 6_516_000);

type Rate = (x: number, y: number) => number;

/** A scan of rates, mm/h, of a field in the plane of the mesh. */
function scanOf(radar: keyof typeof RADARS, to: EpochMs, rate: Rate): Promise<Uint8Array> {
  const [longitude, latitude] = proj4(definition).inverse([...RADARS[radar]]);
  const plane = proj4(`+proj=aeqd +lat_0=${latitude} +lon_0=${longitude} +ellps=WGS84 +units=m`, definition);
  return encodeScan({
    node: radar,
    longitude,
    latitude,
    to,
    rate: (east, north) => rate(...plane.forward<[number, number]>([east, north])),
  });
}

const hill: Rate = (x, y) => 6 + 6 * Math.exp(-((x - 790_000) ** 2 + (y - 6_505_000) ** 2) / 20_000 ** 2);

describe('a folder of several radars', () => {
  let folder: string;
  let now = epochMs(0);
  const watched = (changes: Partial<RainFolder> = {}): RainFolder => ({
    ...{ id: 'radars', folder, mesh, definition, decoder, now: () => now },
    reading: { reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1, polarCellM: 1000, durationMs: EVERY_MS },
    ...changes,
  });
  const settings: CompositeSettings = { radars: ['west', 'east'], by: 'distance', everyMs: EVERY_MS, waitMs: 10 * MINUTE_MS };
  const watch = (changes: Partial<CompositeSettings> = {}) => new RadarCompositeSource(watched(), { ...settings, ...changes });
  const poll = async (source: ObservationSource): Promise<RawObservation[]> => {
    const found: RawObservation[] = [];
    for await (const one of source.poll({ after: epochMs(0), until: now }, new AbortController().signal)) found.push(one);
    await source.taken!();
    return found;
  };
  const drop = async (radar: keyof typeof RADARS, minutes: number, rate: Rate) =>
    writeFile(join(folder, `${radar}_${minutes}.h5`), await scanOf(radar, epochMs(SLOT + minutes * MINUTE_MS), rate));
  const rainOf = (found: readonly RawObservation[]) => found.filter((one): one is RawRainGrid => one.kind === 'rain');
  const codesOf = (found: readonly RawObservation[]) => found.flatMap(one => (one.kind === 'reject' ? [one.code] : []));
  const shown = async () => (await readdir(folder)).sort();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-radars-'));
    now = epochMs(Date.now() + MINUTE_MS); // files were changed a minute ago
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The clock of a composite is that of its stamps. */
  const waitingFor = { everyMs: EVERY_MS, waitMs: 1e12 };

  it('waits for the others, across a restart, and gives the field that all of them see', async () => {
    await drop('west', -1, hill);
    expect(await poll(watch(waitingFor))).toEqual([]);
    expect(await shown()).toEqual(['west_-1.h5']);
    await drop('east', 0, hill);
    const found = await poll(watch(waitingFor));
    expect(found).toHaveLength(1);
    const [grid] = rainOf(found);
    expect(grid).toMatchObject({ validTime: SLOT, durationMs: EVERY_MS });
    grid!.values.forEach((depth, cell) => {
      const x = mesh.xMin + (mesh.column[cell]! + 0.5) * 4000;
      const y = mesh.yMax - (mesh.row[cell]! + 0.5) * 4000;
      expect(Math.abs(depth / (hill(x, y) / 12) - 1)).toBeLessThan(0.03);
    });
    expect(await readdir(join(folder, 'archive'))).toEqual(expect.arrayContaining(['COMPOSITES', 'east_0.h5', 'west_-1.h5']));
  });

  it('does without a radar that does not come, by name, and refuses its file when it comes after all', async () => {
    await drop('west', -1, hill);
    const alone = await poll(watch());
    expect([rainOf(alone).length, codesOf(alone)]).toEqual([1, ['RADAR_MISSING']]);
    expect(alone.flatMap(one => (one.kind === 'reject' ? [one.message] : []))).toEqual([
      'no file of east came for the composite of 2024-10-17T12:00:00Z; it was made without',
    ]);
    await drop('east', 0, hill);
    expect(codesOf(await poll(watch()))).toEqual(['RADAR_LATE']);
    expect(await readdir(join(folder, 'failed'))).toEqual(['east_0.h5', 'east_0.h5.txt']);
  });

  it('believes the nearer radar by distance, the wetter by maximum, and composes each interval by itself', async () => {
    for (const minutes of [0, 5]) {
      await drop('west', minutes, () => 12);
      await drop('east', minutes, () => 24);
    }
    const found = rainOf(await poll(watch()));
    expect(found.map(({ validTime }) => (validTime - SLOT) / MINUTE_MS)).toEqual([0, 5]);
    const inRow = found[0]!.values.filter((_, cell) => mesh.row[cell] === 3);
    expect(inRow[0]).toBeLessThan(1.2); // 1 mm in the west
    expect(inRow.at(-1)).toBeGreaterThan(1.8); // 2 mm in the east
    expect(inRow.every((depth, k) => k === 0 || depth >= inRow[k - 1]! - 1e-6)).toBe(true);
    await drop('west', 10, () => 12);
    await drop('east', 10, () => 24);
    const [largest] = rainOf(await poll(watch({ by: 'maximum' })));
    expect(largest!.values.every(depth => Math.abs(depth - 2) < 1e-5)).toBe(true);
  });

  it('refuses files of radars that are not in the list', async () => {
    await drop('east', 0, hill);
    const found = await poll(watch({ radars: ['west', 'north'] }));
    expect(found.flatMap(one => (one.kind === 'reject' ? [one.message] : []))).toEqual([
      'east_0.h5 is of the radar east; composite.radars lists west, north',
    ]);
  });

  // dist/apps/ingest/src/sources → the folder beside the repository
  const REAL = fileURLToPath(new URL('../../../../../../shared/data/radar/behel.pvol.hdf', import.meta.url));
  (existsSync(REAL) ? it : it.skip)('of which one came shows what that radar shows: the real volume of Helchteren', async () => {
    const near = { mesh: meshAt(870_000, 7_120_000), definition }; // 20 to 70 km from it
    await copyFile(REAL, join(folder, 'behel.h5'));
    const composite = rainOf(await poll(new RadarCompositeSource(watched(near), { ...settings, radars: ['behel', 'bewid'] })));
    const other = await mkdtemp(join(tmpdir(), 'freshet-radar-'));
    await copyFile(REAL, join(other, 'behel.h5'));
    const alone = rainOf(await poll(createRainFolderSource(watched({ ...near, folder: other }))));
    await rm(other, { recursive: true });
    expect(composite).toHaveLength(1);
    expect(composite[0]!.validTime).toBe(parseIso('2019-06-06T00:05Z')); // the volume ends 00:04:28
    const mean = ([grid]: readonly RawRainGrid[]) => grid!.values.reduce((sum, depth) => sum + depth, 0) / 160;
    expect(mean(alone)).toBeGreaterThan(0.01);
    expect(Math.abs(mean(composite) / mean(alone) - 1)).toBeLessThan(0.03);
  });
});
