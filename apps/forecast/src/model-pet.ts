import { toLonLat, type LoadedDomain } from '#config';
import { petOfTemperature } from '#forcing';
import { DAY_MS, HOUR_MS, centreOf, endOf, epochMs, toIso, type EpochMs, type GridSeries, type TimeGrid } from '#hydrology';
import { readTemperatures, type Queryable } from '#store';

/** Global models run every 6 h and arrive some hours later: an older run means that newer ones did not come. */
const STALE_MS = 15 * HOUR_MS;
/** The last time before a day and the first after it belong to its mean. */
const AROUND_MS = 6 * HOUR_MS;

/** PET of a cycle, and why it is not what it was meant to be. */
export interface ModelPet {
  readonly pet: GridSeries;
  readonly because?: string;
}

export interface PetWanted {
  readonly time: TimeGrid;
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
}

/** PET by Oudin of the temperature that the runs expected which had been received by the cut-off; for days of which they say too little, the record's. */
export async function modelPet(db: Queryable, domain: LoadedDomain, { time, issueTime, asOf }: PetWanted): Promise<ModelPet> {
  const record = domain.record.pet(time);
  const [from, to] = [Math.floor(time.start / DAY_MS) * DAY_MS - AROUND_MS, Math.ceil(endOf(time) / DAY_MS) * DAY_MS + AROUND_MS];
  const fields = await readTemperatures(db, { basin: domain.basin, from: epochMs(from), to: epochMs(to), asOf });
  const { pet, without } = petOfTemperature(fields, record, latitudesOf(domain));
  const reasons = [
    ...(without.length > 0 ? [`PET of ${sayDays(without)} is that of the record: no temperature of a weather model covers it`] : []),
    ...sayAge(
      fields.reduce((newest, { issued }) => Math.max(newest, issued), -Infinity),
      issueTime,
    ),
  ];
  return { pet, ...(reasons.length > 0 && { because: reasons.join('. ') }) };
}

const sayDays = (days: readonly EpochMs[]): string => days.map(day => toIso(day).slice(0, 10)).join(', ');

function sayAge(newest: number, issueTime: EpochMs): string[] {
  const age = issueTime - newest;
  if (newest === -Infinity || age <= STALE_MS) return [];
  return [`The newest temperature is of the run of ${toIso(epochMs(newest))}, ${Math.round(age / HOUR_MS)} h old`];
}

const latitudes = new WeakMap<LoadedDomain, Float64Array>();

/** Of the cells, degrees; found once. */
function latitudesOf(domain: LoadedDomain): Float64Array {
  const { mesh, projection } = domain;
  const known = latitudes.get(domain) ?? Float64Array.from(mesh.row, (_, cell) => toLonLat(projection, ...centreOf(mesh, cell))[1]);
  latitudes.set(domain, known);
  return known;
}
