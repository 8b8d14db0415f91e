import { BEAT_MS, epochMs, parseIso, toIso } from '#hydrology';
import type { Pool } from '#store';
import { loadCance, storeCycles } from './flood-fixture.js';

export const OUTLET = 'V3524010';
export const TERNAY = 'V3517010';

const TO = parseIso('2014-11-04T15:30Z');
/** The three newest cycles of `startFixtureApi` are computed again. */
export const REANALYSED = Object.freeze({ from: epochMs(TO - 2 * BEAT_MS), to: TO });

/** One value 95 minutes after its stamp, one corrected by 7.5 m³/s two hours later, one hour of rain by .75 mm. */
export async function disturbInputs(pool: Pool): Promise<void> {
  await pool.query(`update observation set received_at = valid_time + interval '95 minutes' where station = $1 and valid_time = $2`, [
    TERNAY,
    '2014-11-04T13:00Z',
  ]);
  await pool.query(
    `insert into observation select basin, station, variable, valid_time, 1, valid_time + interval '2 hours', value - 7.5, 0, '', source
     from observation where station = $1 and valid_time = $2`,
    [OUTLET, '2014-11-04T12:00Z'],
  );
  await pool.query(
    `insert into rain_grid select basin, source, valid_time, 1, duration_s, valid_time + interval '3 hours', depth_mm, 2.25, 0, ''
     from rain_grid where valid_time = '2014-11-04T11:30Z'`,
  );
}

/** Stores a reanalysis in which one ungauged place would have been warned, and another spared. */
export async function reanalyse(pool: Pool): Promise<{ readonly warned: string; readonly spared: string }> {
  const domain = await loadCance();
  await storeCycles(pool, { domain, runKind: 'reanalysis', ...REANALYSED });
  const [warned = '', spared = ''] = domain.stations.filter(({ gauged }) => !gauged).map(({ id }): string => id);
  const forecasts = [
    { station: warned, runKind: 'replay', chance: 0 },
    { station: warned, runKind: 'reanalysis', chance: 0.9 },
    { station: spared, runKind: 'replay', chance: 0.9 },
    { station: spared, runKind: 'reanalysis', chance: 0 },
  ];
  for (const { station, runKind, chance } of forecasts)
    await pool.query(
      `update exceedance set probability = case when issue_time >= $4 then $3::float8 else 0 end where station = $1 and run_kind = $2`,
      [station, runKind, chance, toIso(REANALYSED.from)],
    );
  return { warned, spared };
}
