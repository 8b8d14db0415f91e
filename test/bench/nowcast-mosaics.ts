import { scoreNowcasts } from '../../apps/freshet/src/commands/score-nowcasts.js';
import { openmrgMosaics } from '../setup/openmrg-mosaics.js';

// npm run bench:nowcast: nowcasts of real mosaics of 5 min, and of their sums over 15 min, by lead from all issue times, beside rain that stays.
// FRESHET_OPENMRG is the path of openmrg_rad.nc of the Python package mergeplg 0.2.0.

const path = process.env.FRESHET_OPENMRG;
if (path === undefined) throw new Error('set FRESHET_OPENMRG to the path of openmrg_rad.nc (test/bench/README.md)');

const scores = Object.fromEntries(
  await Promise.all(
    [5, 15].map(async stepMinutes => [
      `every ${stepMinutes} min`,
      scoreNowcasts(await openmrgMosaics(path, stepMinutes), { leads: 90 / stepMinutes }),
    ]),
  ),
) as Record<string, unknown>;
process.stdout.write(
  `${JSON.stringify(scores, (_, value: unknown) => (typeof value === 'number' ? Math.round(1000 * value) / 1000 : value), 2)}\n`,
);
