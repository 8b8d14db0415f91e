import { loadavg } from 'node:os';
import { join } from 'node:path';
import { projectionOf, readSmashMesh } from '#config';
import { makeRemapping, remap } from '#forcing';
import { MINUTE_MS, epochMs, parseIso, toIso, type Mesh } from '#hydrology';
import { ClutterMap, MARSHALL_PALMER, decodeHubeau, decodeRainFile, type RainReading } from '#observation';
import {
  COMPOSITE_TO,
  EUROPE,
  MIDDLE_OF_FRANCE,
  encodeComposite,
  rainOverEurope,
  volumeOfComposite,
  volumeOnMesh,
} from '../setup/european-composite.js';

// npm run bench:feeds: a European composite onto the 1 km cells of France, and 19,099 rows of gauges, on one core.
// FRESHET_SMASH_DATASETS is the folder of the data sets of hydro-smash, which has the mesh of France.

const ROUNDS = Number(process.env.FRESHET_ROUNDS ?? 9);
const DATASETS = process.env.FRESHET_SMASH_DATASETS ?? '';
const LAMBERT93 = projectionOf(2154).definition;
/** Of one pull of four districts over 3 h, in pages as the service cuts them. */
const [ROWS, PAGE] = [19_099, 5000];
const NOW = parseIso('2026-09-23T19:45Z');

const READING: RainReading = {
  ...{ name: 'composite.h5', receivedAt: epochMs(COMPOSITE_TO + MINUTE_MS), reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1 },
  ...{ polarCellM: 1000, definitionOf: () => undefined },
};

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Seconds, rounded to ms. */
function spreadOf(seconds: readonly number[]): Spread {
  const sorted = [...seconds].sort((a, b) => a - b).map(each => Math.round(1000 * each) / 1000);
  return { median: sorted[Math.floor(sorted.length / 2)]!, least: sorted[0]!, most: sorted.at(-1)! };
}

/** As `{}` switches each of them on, but that clutter is judged from the second raster on: every wet cell of the same file again is a candidate. */
const FILTERS = {
  clutter: { frequency: 0.25, contrast: 3, rasters: 1, wet: 0.1 },
  spikes: { least: 20, factor: 8 },
  speckle: { cells: 3, wet: 0.1 },
};

/** What the filters add to a file. */
async function timeFiltered(bytes: Uint8Array): Promise<number[]> {
  const map = ClutterMap.on((await decodeRainFile(bytes, READING)).rasters[0]!.grid);
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const plain = await secondsOf(() => decodeRainFile(bytes, READING));
    const filtered = await secondsOf(() => decodeRainFile(bytes, { ...READING, filters: FILTERS, clutterOn: () => map }));
    seconds.push(filtered - plain);
  }
  return seconds;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = processorTime();
  await work();
  return processorTime() - begun;
}

async function timeComposite(mesh: Mesh) {
  const bytes = await encodeComposite(rainOverEurope(6000, { top: 0, left: 0, ...EUROPE }, 1));
  const rounds: { decode: number; shares: number; apply: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = processorTime();
    const { rasters } = await decodeRainFile(bytes, READING);
    const decoded = processorTime();
    const remapping = makeRemapping(rasters[0]!.grid, mesh, LAMBERT93);
    const shared = processorTime();
    remap(remapping, rasters[0]!.depths);
    const done = processorTime();
    rounds.push({ decode: decoded - begun, shares: shared - decoded, apply: done - shared });
  }
  const inside = await volumesInside(mesh);
  const of = (seconds: (round: (typeof rounds)[number]) => number) => spreadOf(rounds.map(seconds));
  return {
    cells: { source: EUROPE.rows * EUROPE.columns, mesh: mesh.cellCount },
    volumeError: inside,
    fileMB: Math.round(bytes.length / 1e4) / 100,
    firstS: Math.round(1000 * (rounds[0]!.decode + rounds[0]!.shares + rounds[0]!.apply)) / 1000,
    everythingS: of(({ decode, shares, apply }) => decode + shares + apply),
    fileS: of(({ decode, apply }) => decode + apply),
    ...{ decodeS: of(({ decode }) => decode), sharesS: of(({ shares }) => shares), applyS: of(({ apply }) => apply) },
    filtersS: spreadOf(await timeFiltered(bytes)),
  };
}

/** Relative difference of the volumes of showers that fall on the mesh alone, before and after. */
async function volumesInside(mesh: Mesh): Promise<number> {
  const depths = rainOverEurope(50, MIDDLE_OF_FRANCE, 2);
  const { rasters } = await decodeRainFile(await encodeComposite(depths), READING);
  const onMesh = remap(makeRemapping(rasters[0]!.grid, mesh, LAMBERT93), rasters[0]!.depths);
  const [before, after] = [volumeOfComposite(depths), volumeOnMesh(onMesh, mesh, LAMBERT93)];
  return Number(((after - before) / before).toPrecision(2));
}

/** Rows as the service writes them; every tenth repeats the one before for the site, and is named as a repeat. */
function pagesOfRows(): string[] {
  const rows = Array.from({ length: ROWS }, (_, k) => {
    const site = `B${String(1_000_000 + Math.floor(k / 60)).padStart(7, '0')}`;
    const repeats = k % 10 === 9;
    const time = toIso(epochMs(NOW - ((repeats ? k - 1 : k) % 30) * 6 * MINUTE_MS));
    return {
      ...{ code_site: site, code_station: repeats ? null : `${site}01`, grandeur_hydro: k % 60 < 30 ? 'Q' : 'H' },
      ...{ date_debut_serie: '2026-09-23T16:35:00Z', date_fin_serie: '2026-09-23T19:30:00Z', statut_serie: 4 },
      ...{ code_systeme_alti_serie: 31, date_obs: time, resultat_obs: 400 + ((7 * k) % 1000), code_methode_obs: 0 },
      ...{
        libelle_methode_obs: 'Mesure',
        code_qualification_obs: 16,
        libelle_qualification_obs: 'Non qualifiée',
        continuite_obs_hydro: true,
      },
      ...{ longitude: 5.2 + (k % 600) / 1000, latitude: 48.5, code_statut: 4, libelle_statut: 'Donnée brute' },
    };
  });
  return Array.from({ length: Math.ceil(ROWS / PAGE) }, (_, page) =>
    JSON.stringify({ count: ROWS, next: null, data: rows.slice(page * PAGE, (page + 1) * PAGE) }),
  );
}

function timeGauges() {
  const pages = pagesOfRows();
  let [values, rejects] = [0, 0];
  const seconds = Array.from({ length: ROUNDS }, () => {
    const begun = processorTime();
    const decoded = pages.map(page => decodeHubeau(page, { receivedAt: NOW }));
    [values, rejects] = [decoded, decoded].map((all, k) =>
      all.reduce((sum, one) => sum + (k === 0 ? one.values : one.rejects).length, 0),
    ) as [number, number];
    return processorTime() - begun;
  });
  const megabytes = Math.round(pages.reduce((sum, page) => sum + page.length, 0) / 1e4) / 100;
  return { rows: ROWS, values, rejects, megabytes, firstS: Math.round(1000 * seconds[0]!) / 1000, decodeS: spreadOf(seconds) };
}

if (DATASETS === '') throw new Error('FRESHET_SMASH_DATASETS is not set: it is the folder with the data sets of hydro-smash');
const mesh = await readSmashMesh(join(DATASETS, 'France'));
const loadAverage = loadavg()[0];
process.stdout.write(
  `${JSON.stringify({ what: 'seconds of processor time, which does not count what other programs take; one thread but for the garbage collector; warm unless first', rounds: ROUNDS, loadAverage, composite: await timeComposite(mesh), gauges: timeGauges() }, null, 2)}\n`,
);
