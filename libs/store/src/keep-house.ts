import { toIso, type EpochMs } from '#hydrology';
import { inTransaction, type Pool, type Queryable } from './connect.js';
import { HYPERTABLES, readEdition } from './timescale.js';

/** What was done. */
export interface HouseKept {
  /** Hours rolled up anew; null where TimescaleDB does it by itself. */
  readonly hours: number | null;
  /** Tables from which old rows were dropped. */
  readonly dropped: readonly string[];
}

const HOUSE_LOCK = 0x68_6f_75_73; // "hous"

/**
 * Rolls hours up and drops what is older than its table keeps, where the database does not do so by itself (everything
 * but TimescaleDB's community edition). For a clock to call, from any number of processes: one at a time does it.
 * @returns null when another process is at it.
 */
export async function keepHouse(pool: Pool, now: EpochMs): Promise<HouseKept | null> {
  return inTransaction(pool, async client => {
    const { rows } = await client.query<{ ours: boolean }>('select pg_try_advisory_xact_lock($1) as ours', [HOUSE_LOCK]);
    if (!rows[0]!.ours) return null;
    const edition = await readEdition(client);
    if (edition === 'community') return { hours: null, dropped: [] };
    return { hours: await rollUp(client, now), dropped: await dropOld(client, now, edition === 'apache') };
  });
}

/** A value may be committed after a later one was rolled up; looking at it again changes nothing. */
const OVERLAP = '1 hour';

const LAST_ROLL_UP = `(select received_to from roll_up where name = 'observation_hourly')`;

/** Hours of which something was received since the last time. */
const TOUCHED = `
  create temporary table touched on commit drop as
  select distinct basin, station, variable, date_trunc('hour', valid_time) as hour from observation
  where received_at > coalesce(${LAST_ROLL_UP} - interval '${OVERLAP}', '-infinity') and received_at <= $1`;

/** Those of them that have a value now: the newest revision counts. */
const ROLLED = `
  create temporary table rolled on commit drop as
  select basin, station, variable, hour, avg(value) as mean, min(value) as low, max(value) as high, count(*) as count from (
    select distinct on (o.station, o.variable, o.valid_time) o.basin, o.station, o.variable, t.hour, o.value, o.flag
    from touched t join observation o on o.station = t.station and o.variable = t.variable and o.valid_time >= t.hour and o.valid_time < t.hour + interval '1 hour'
    order by o.station, o.variable, o.valid_time, o.revision desc
  ) newest where value is not null and flag < 6 group by basin, station, variable, hour`;

const DROP_EMPTIED = `
  delete from observation_hourly h using touched t where h.station = t.station and h.variable = t.variable and h.hour = t.hour
    and not exists (select from rolled r where r.station = h.station and r.variable = h.variable and r.hour = h.hour)`;

const WRITE_ROLLED = `
  insert into observation_hourly (basin, station, variable, hour, mean, low, high, count)
  select basin, station, variable, hour, mean, low, high, count from rolled
  on conflict (station, variable, hour) do update set mean = excluded.mean, low = excluded.low, high = excluded.high, count = excluded.count`;

const NOTE_ROLL_UP = `
  insert into roll_up (name, received_to) values ('observation_hourly', $1)
  on conflict (name) do update set received_to = greatest(roll_up.received_to, excluded.received_to)`;

/**
 * By tables of its own whose size the planner knows: in one statement it takes a month of hours for a handful and compares each with each,
 * ten seconds for 36,000 values instead of a tenth of one.
 */
async function rollUp(db: Queryable, now: EpochMs): Promise<number> {
  await db.query(TOUCHED, [toIso(now)]);
  await db.query('analyze touched');
  await db.query(ROLLED);
  await db.query('analyze rolled');
  await db.query(DROP_EMPTIED);
  const { rowCount } = await db.query(WRITE_ROLLED);
  await db.query(NOTE_ROLL_UP, [toIso(now)]);
  return rowCount ?? 0;
}

/** Whole chunks where there are chunks; that costs nothing, while deleting rows leaves their room to be swept. */
async function dropOld(db: Queryable, now: EpochMs, chunks: boolean): Promise<string[]> {
  const dropped: string[] = [];
  for (const { table, time, keep } of HYPERTABLES) {
    if (keep === null) continue;
    const before = `$1::timestamptz - interval '${keep}'`;
    const sql = chunks ? `select drop_chunks('${table}', ${before})` : `delete from ${table} where ${time} < ${before}`;
    const { rowCount } = await db.query(sql, [toIso(now)]);
    if ((rowCount ?? 0) > 0) dropped.push(table);
  }
  return dropped;
}
