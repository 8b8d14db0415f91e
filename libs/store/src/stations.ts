import type { Station } from '#hydrology';
import { inTransaction, type Pool } from './connect.js';

/** Writes the stations of a basin and their thresholds as its domain has them now; those it no longer has go. */
export async function saveStations(pool: Pool, basin: string, stations: readonly Station[]): Promise<void> {
  const thresholds = stations.flatMap(({ id, thresholds: levels }) => levels.map(({ level, discharge }) => ({ id, level, discharge })));
  await inTransaction(pool, async client => {
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`stations of ${basin}`]); // replicas start side by side
    await client.query('delete from station_threshold where basin = $1', [basin]);
    await client.query('delete from station where basin = $1', [basin]);
    await client.query(
      `insert into station (basin, station, name, river, gauged, longitude, latitude)
       select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::float8[], $7::float8[])`,
      [
        basin,
        stations.map(({ id }) => id),
        stations.map(({ name }) => name),
        stations.map(({ river }) => river),
        stations.map(({ gauged }) => gauged),
        stations.map(({ longitude }) => longitude),
        stations.map(({ latitude }) => latitude),
      ],
    );
    await client.query(
      `insert into station_threshold (basin, station, level, discharge) select $1, * from unnest($2::text[], $3::text[], $4::float8[])`,
      [basin, thresholds.map(({ id }) => id), thresholds.map(({ level }) => level), thresholds.map(({ discharge }) => discharge)],
    );
  });
}
