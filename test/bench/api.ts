import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '#apps/api';
import { LocalBus } from '#bus';
import { readEnvironment, type LoadedDomain } from '#config';
import { BEAT_MS, DAY_MS, MINUTE_MS, epochMs, parseIso, toIso, uniformNumbers } from '#hydrology';
import { createLogger } from '#runtime';
import { connect, migrate, type Pool } from '#store';
import { loadCance } from '../setup/flood-fixture.js';
import { TIMESCALE, prepareStack } from '../stack/prepare.js';
import { startTimescale } from '../stack/timescale.js';
import { offerLoad } from './offer-load.js';

// npm run bench:api: GET /v1/stations/{id}/forecast at 500 requests a second on a year of forecasts in TimescaleDB.
// API in this thread, load in another, database beside them, all on this machine.

const DAYS = Number(process.env.FRESHET_DAYS ?? 365);
const RATE = 500;
const SECONDS = 30;
const TO = parseIso('2024-12-31T00:00Z');
const FROM = epochMs(TO - DAYS * DAY_MS);

/** A cycle every 15 minutes for a year; arrays of noise, as hard to compress as true ones; the largest table of Freshet. */
async function fill(pool: Pool, domain: LoadedDomain): Promise<void> {
  const uniform = uniformNumbers(1);
  const noise = Array.from({ length: 97 }, () => `{${Array.from({ length: 96 }, () => 10 + 90 * uniform()).join(',')}}`);
  const array = (shift: number) => `($1::text[])[1 + (n + ${shift} * length(station)) % 97]::float8[]`;
  const columns = [0, 1, 2, 3, 4, 5, 6].map(array).join(', ');
  for (let from = FROM as number; from < TO; from += 7 * DAY_MS) {
    const span = [toIso(epochMs(from)), toIso(epochMs(Math.min(TO, from + 7 * DAY_MS) - BEAT_MS))];
    const beats = `generate_series($1::timestamptz, $2::timestamptz, '15 minutes') issue`;
    await pool.query(
      `insert into cycle (basin, issue_time, run_kind, status, as_of, attempt, state_hash, degradations, analysis, input_ages, rain)
       select 'cance', issue, 'scheduled', 'complete', issue + interval '4 minutes', 1, md5(issue::text), '[]',
         '{"outcome":"accepted","reason":"the hold-out improved","costBefore":12.5,"costAfter":3.25}',
         jsonb_build_array(jsonb_build_object('input', 'rain', 'newest', to_char(issue, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'ageMs', 900000)),
         jsonb_build_object('start', to_char(issue - interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'stepS', 900, 'mean', (select jsonb_agg(0.25) from generate_series(1, 192)))
       from ${beats}`,
      span,
    );
    await pool.query(
      `insert into hydrograph (basin, station, issue_time, run_kind, start_time, step_s, q05, q25, q50, q75, q95, open_loop, analysis, peak_time, peak, peak_low, peak_high)
       select 'cance', station, issue, 'scheduled', issue, 900, ${columns}, issue, 100, 90, 110
       from (select station, issue, (extract(epoch from issue)::bigint / 900 + row) as n
             from unnest($2::text[]) with ordinality s (station, row), generate_series($3::timestamptz, $4::timestamptz, '15 minutes') issue) rows`,
      [noise, domain.stations.map(({ id }) => id), ...span],
    );
    await pool.query(
      `insert into exceedance (basin, station, issue_time, run_kind, level, threshold, probability)
       select 'cance', station, issue, 'scheduled', level, 100, .1 from unnest($3::text[]) station, unnest('{yellow,orange,red}'::text[]) level, ${beats}`,
      [...span, domain.stations.map(({ id }) => id)],
    );
  }
  await pool.query('analyze');
}

const LOAD = { ratePerS: RATE, seconds: SECONDS } as const;

async function main(): Promise<void> {
  prepareStack();
  const folder = mkdtempSync(join(tmpdir(), 'freshet-bench-'));
  const database = await startTimescale(TIMESCALE, join(folder, 'timescale'), { settings: ['max_wal_size=4GB'] });
  const pool = connect(await database.ensureDatabase('freshet'));
  const domain = await loadCance();
  try {
    await migrate(pool);
    await fill(pool, domain);
    const { rows } = await pool.query<{ forecasts: number; bytes: number }>(
      `select (select count(*) from hydrograph) as forecasts, pg_database_size(current_database()) as bytes`,
    );
    const clock = { now: () => epochMs(TO + MINUTE_MS) };
    const context = {
      pool,
      bus: new LocalBus(),
      clock,
      machineClock: clock,
      access: { ...readEnvironment({}).access, requestsPerMinute: null },
      logger: createLogger('warn'),
      runKind: 'scheduled',
      domains: [domain],
      replay: null,
      consoleFolder: null,
      version: 'bench',
    } as const;
    const application = await createApi({
      ...context,
      onMessages: () => undefined,
      onDefect: error => process.stderr.write(`${String(error)}\n`),
    });
    await application.listen(0, '127.0.0.1');
    const url = await application.getUrl();
    const stations = domain.stations.map(({ id }) => `/v1/stations/${id}/forecast`);
    const uniform = uniformNumbers(2);
    const beat = () => toIso(epochMs(FROM + Math.floor(uniform() * DAYS * 96) * BEAT_MS));
    /** Nearly all of them asked for once: no answer is at hand. */
    const past = () => Array.from({ length: RATE * SECONDS }, (_, k) => `${stations[k % stations.length]}?issueTime=${beat()}`);
    process.stderr.write('filled\n');
    await offerLoad({ ...LOAD, url, paths: stations, shape: 'steady' }); // a server that has been running for a while
    const result = {
      newest: await offerLoad({ ...LOAD, url, paths: stations, shape: 'steady' }),
      newestInBursts: await offerLoad({ ...LOAD, url, paths: stations, shape: 'bursts' }),
      anyOfTheYear: await offerLoad({ ...LOAD, url, paths: past(), shape: 'steady' }),
      anyOfTheYearInBursts: await offerLoad({ ...LOAD, url, paths: past(), shape: 'bursts' }),
    };
    await application.close();
    const history = { days: DAYS, forecasts: rows[0]!.forecasts, gibibytes: Math.round((10 * rows[0]!.bytes) / 2 ** 30) / 10 };
    process.stdout.write(
      `${JSON.stringify({ what: `GET /v1/stations/{id}/forecast, ${RATE} requests/s for ${SECONDS} s`, loadAverage: loadavg()[0], history, ...result }, null, 2)}\n`,
    );
  } finally {
    await pool.end();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
