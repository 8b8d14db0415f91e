import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseDuration } from '#config';
import { Fault } from '#errors';
import { parseIso } from '#hydrology';
import { DEFAULT_SETTINGS } from '#nowcast';
import { readCount } from './bench-runs.js';
import { readMosaics } from './read-mosaics.js';
import { printJson } from './run-options.js';
import type { FieldScore } from './score-nowcast.js';
import { scoreNowcasts, type LeadScore } from './score-nowcasts.js';

interface VerifyFlags {
  readonly mosaics: string;
  readonly step: string;
  readonly unit: string;
  readonly from?: string;
  readonly to?: string;
  readonly leads: string;
  readonly members: string;
  readonly seed: string;
  readonly motionSpread: string;
  readonly trend: boolean;
}

/** `freshet nowcast verify`: nowcasts of a recorded sequence of mosaics, scored by lead beside persistence. */
export function nowcastCommand(program: Command): void {
  program
    .command('nowcast')
    .description('Rain carried along its motion, 0 to 3 h ahead')
    .command('verify')
    .description('Score nowcasts of recorded mosaics by lead time, beside rain that stays and rain that only moves')
    .requiredOption('--mosaics <folder>', 'files of gridded rain of one source, any known format')
    .option('--step <duration>', 'from one mosaic to the next', '15min')
    .option('--unit <mm>', 'mm of one unit of a GeoTIFF', '1')
    .option('--from <time>', 'first issue time')
    .option('--to <time>', 'last time that is looked at')
    .option('--leads <count>', 'steps ahead', '6')
    .option('--members <count>', 'members of the ensemble; 0 scores none', '0')
    .option('--seed <number>', 'of the members', '1')
    .option('--motion-spread <factor>', "size of the members' errors of motion", String(DEFAULT_SETTINGS.motionSpread))
    .option('--no-trend', 'without growth and decay')
    .option('--json', 'print JSON')
    .action(async (flags: VerifyFlags & { readonly json?: boolean }) => {
      const scores = await verify(flags);
      if (flags.json) printJson(scores);
      else for (const line of table(scores)) process.stdout.write(`${line}\n`);
    });
}

/** @throws Fault COMMAND_INVALID when no issue time has two mosaics before and one after it. */
async function verify(flags: VerifyFlags): Promise<LeadScore[]> {
  const stepMs = readStep(flags.step);
  const sequence = await readMosaics({ folder: resolve(flags.mosaics), stepMs, unitMm: Number(flags.unit) });
  const scores = scoreNowcasts(sequence, {
    ...(flags.from !== undefined && { from: parseIso(flags.from) }),
    ...(flags.to !== undefined && { to: parseIso(flags.to) }),
    ...{ leads: readCount('--leads', flags.leads), members: Number(flags.members), seed: Number(flags.seed) },
    ...{ trend: flags.trend, motionSpread: Number(flags.motionSpread) },
  });
  if (scores.length === 0) throw new Fault('COMMAND_INVALID', `${flags.mosaics} holds no three mosaics in a row and one after them`);
  return scores;
}

function readStep(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new Fault('COMMAND_INVALID', `--step ${text} is not a duration such as 15min or 1h`);
}

function table(scores: readonly LeadScore[]): string[] {
  const pair = ({ correlation, csi }: FieldScore): string => `${correlation.toFixed(3)} ${csi.toFixed(3)}`;
  return [
    'lead min | correlation and CSI of 1 mm/h: stays | moves | nowcast | issue times (better in correlation, CSI; worse)',
    ...scores.map(
      ({ leadMinutes, persistence, carried, nowcast, issues, better, worse, ensemble }) =>
        `${leadMinutes} | ${pair(persistence)} | ${pair(carried)} | ${pair(nowcast)} | ${issues} (${better.correlation}, ${better.csi}; ${worse.correlation}, ${worse.csi})` +
        (ensemble === undefined
          ? ''
          : ` | CRPS ${ensemble.crps.toFixed(3)}, of the mean ${ensemble.crpsOfMean.toFixed(3)}; spread ${ensemble.spread.toFixed(2)}, error ${ensemble.error.toFixed(2)}`),
    ),
  ];
}
