import type { RainChoice } from '#apps/forecast';
import { readRecordedRuns, type RecordedRuns } from '#apps/ingest';
import { parseDuration, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { epochMs, type EpochMs } from '#hydrology';

export const RUNS_OPTION =
  'with --rain nwp or nowcast,nwp: folder of the runs of a weather model (GRIB2, NetCDF-4); what the nwp-folder of domain.yaml has archived if left out';
export const RUNS_DELAY_OPTION = 'how long after its issue a run is received: no earlier cycle sees it';
/** Global models are published some four hours after their issue. */
export const RUNS_DELAY = '4h';

export interface RunsFlags {
  readonly rain: RainChoice;
  readonly runs?: string;
  readonly runsDelay?: string;
}

/**
 * The runs that a period of the past is to be played with; undefined where its rain is no weather model's. What was in the folder and could not be
 * used is named on stderr.
 * @throws Fault COMMAND_INVALID when --runs stands beside another rain, or when there is no run
 */
export async function readRuns(
  { rain, runs: folder, runsDelay = RUNS_DELAY }: RunsFlags,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
  domainOf: () => Promise<LoadedDomain>,
): Promise<RecordedRuns | undefined> {
  if (rain !== 'nwp' && rain !== 'nowcast,nwp') {
    if (folder === undefined) return undefined;
    throw new Fault('COMMAND_INVALID', `--runs is for --rain nwp or nowcast,nwp, not ${rain}`);
  }
  const delayMs = parseDuration(runsDelay);
  if (delayMs === null || delayMs < 0) throw new Fault('COMMAND_INVALID', `--runs-delay ${runsDelay} is no duration, such as 4h or 90min`);
  const domain = await domainOf();
  const runs = await readRecordedRuns(domain, { folder, delayMs, from, to: epochMs(to + domain.settings.forecast.cutOff) });
  const { length } = runs.rejects;
  if (length > 0) process.stderr.write(`${length} files or fields of the runs are not used; the first: ${runs.rejects[0]!.message}\n`);
  return runs;
}
