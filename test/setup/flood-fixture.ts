import { fileURLToPath } from 'node:url';
import { BEAT_MS, DAY_MS, HOUR_MS, MINUTE_MS, epochMs, toIso, type EpochMs, type Station } from '#hydrology';
import { loadDomain, type LoadedDomain } from '#config';
import type { RunKind } from '#contracts';
import type { Pool } from '#store';

/** The committed domain, for tests that need a real mesh, stations and the flood of November 2014. */
export const loadCance = (): Promise<LoadedDomain> =>
  loadDomain(fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml'))));

export interface FixtureSpan {
  readonly domain: LoadedDomain;
  readonly runKind: RunKind;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Archives the gauges' values of (from, to] as received 20 minutes after their stamp. */
export async function archiveDischarge(pool: Pool, { domain, from, to }: FixtureSpan): Promise<void> {
  for (const station of domain.stations.filter(each => each.gauged)) {
    const { times, values } = domain.record.discharge(station.id, from, to);
    const rows = Array.from(times, (time, k) => ({
      time: toIso(epochMs(time)),
      received: toIso(epochMs(time + 20 * MINUTE_MS)),
      value: values[k],
    }));
    await pool.query(
      `insert into observation (basin, station, variable, valid_time, revision, received_at, value, flag, source)
       select $1, $2, 'Q', time, 0, received, value, 0, 'fixture' from jsonb_to_recordset($3) as row (time timestamptz, received timestamptz, value float8)`,
      [domain.basin, station.id, JSON.stringify(rows)],
    );
  }
}

/** Archives one basin-mean of rain an hour, received 15 minutes after its stamp. */
export async function archiveRain(pool: Pool, { domain, from, to }: FixtureSpan): Promise<void> {
  for (let time = from + HOUR_MS; time <= to; time += HOUR_MS) {
    const depth = Buffer.from(new Float32Array(domain.mesh.cellCount).fill(1.5).buffer);
    await pool.query(`insert into rain_grid values ($1, 'radar', $2, 0, 3600, $3, $4, 1.5, 0, '')`, [
      domain.basin,
      toIso(epochMs(time)),
      toIso(epochMs(time + 15 * MINUTE_MS)),
      depth,
    ]);
  }
}

/** Stores a cycle at every beat of [from, to]: its forecast is the flow that came, its chances those of a band of ±20 %. */
export async function storeCycles(pool: Pool, span: FixtureSpan): Promise<void> {
  const flows = new Map(span.domain.stations.map(station => [station.id, flowOf(span, station)]));
  const cycles: object[] = [];
  const hydrographs: object[] = [];
  const exceedances: object[] = [];
  for (let issue = span.from; issue <= span.to; issue = epochMs(issue + BEAT_MS)) {
    cycles.push({ issue: toIso(issue), hash: `hash-${toIso(issue)}`, previous: `hash-${toIso(epochMs(issue - BEAT_MS))}` });
    for (const station of span.domain.stations) {
      const median = Array.from({ length: 96 }, (_, k) => flows.get(station.id)!(epochMs(issue + (k + 1) * BEAT_MS)));
      const peakAt = median.indexOf(Math.max(...median));
      hydrographs.push({
        station: station.id,
        issue: toIso(issue),
        median,
        peak: median[peakAt],
        peak_time: toIso(epochMs(issue + (peakAt + 1) * BEAT_MS)),
      });
      exceedances.push(...chancesOf(station, issue, median));
    }
  }
  await insertCycles(pool, span, { cycles, hydrographs, exceedances });
}

function chancesOf(station: Station, issue: EpochMs, median: readonly number[]): object[] {
  const peak = Math.max(...median);
  return station.thresholds.map(({ level, discharge }) => {
    const crossing = median.findIndex(value => value > discharge);
    return {
      station: station.id,
      issue: toIso(issue),
      level,
      threshold: discharge,
      probability: Math.min(1, Math.max(0, 0.5 + (peak / discharge - 1) / 0.4)),
      first_crossing: crossing === -1 ? null : toIso(epochMs(issue + (crossing + 1) * BEAT_MS)),
    };
  });
}

/** Observed flow between stamps by the last stamp; a virtual station flows with the outlet, by area. */
function flowOf({ domain, from, to }: FixtureSpan, station: Station): (time: EpochMs) => number {
  const outlet = domain.stations.find(each => each.gauged)!;
  const gauge = station.gauged ? station : outlet;
  const { times, values } = domain.record.discharge(gauge.id, epochMs(from - DAY_MS), epochMs(to + 2 * DAY_MS));
  const share = station.areaM2 / gauge.areaM2;
  return time => {
    let k = times.length - 1;
    while (k > 0 && times[k]! > time) k--;
    return (values[k] ?? 0) * share;
  };
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;

interface FixtureRows {
  readonly cycles: readonly object[];
  readonly hydrographs: readonly object[];
  readonly exceedances: readonly object[];
}

async function insertCycles(pool: Pool, { domain, runKind }: FixtureSpan, rows: FixtureRows): Promise<void> {
  const scope = [domain.basin, runKind];
  await pool.query(
    `insert into cycle (basin, issue_time, run_kind, status, as_of, attempt, started_at, finished_at, state_hash, previous_hash, degradations, analysis, input_ages, rain)
     select $1, issue, $2, 'degraded', issue + interval '4 minutes', 1, issue, issue + interval '90 milliseconds', hash, previous,
       '[{"code":"RAIN_SUBSTITUTED","subject":"rain","message":"The last 15 minutes of rain had not arrived; persistence stands in."}]',
       '{"outcome":"accepted","reason":"the hold-out improved","costBefore":12.5,"costAfter":3.25,"iterations":9,"increments":{}}',
       jsonb_build_array(jsonb_build_object('input', 'rain', 'newest', to_char(issue - interval '15 minutes', ${ISO}), 'ageMs', 900000)),
       jsonb_build_object('start', to_char(issue - interval '1 day', ${ISO}), 'stepS', 900, 'mean', (select jsonb_agg(0.25) from generate_series(1, 192)))
     from jsonb_to_recordset($3) as row (issue timestamptz, hash text, previous text)`,
    [...scope, JSON.stringify(rows.cycles)],
  );
  await pool.query(
    `insert into hydrograph (basin, run_kind, station, issue_time, start_time, step_s, q05, q25, q50, q75, q95, open_loop, analysis, peak_time, peak, peak_low, peak_high)
     select $1, $2, station, issue, issue, 900, (select array_agg(v * .8) from unnest(median) v), (select array_agg(v * .9) from unnest(median) v), median,
       (select array_agg(v * 1.1) from unnest(median) v), (select array_agg(v * 1.2) from unnest(median) v), median, median, peak_time, peak, peak * .8, peak * 1.2
     from jsonb_to_recordset($3) as row (station text, issue timestamptz, median float8[], peak float8, peak_time timestamptz)`,
    [...scope, JSON.stringify(rows.hydrographs)],
  );
  await pool.query(
    `insert into exceedance (basin, run_kind, station, issue_time, level, threshold, probability, first_crossing)
     select $1, $2, station, issue, level, threshold, probability, first_crossing
     from jsonb_to_recordset($3) as row (station text, issue timestamptz, level text, threshold float8, probability float8, first_crossing timestamptz)`,
    [...scope, JSON.stringify(rows.exceedances)],
  );
}
