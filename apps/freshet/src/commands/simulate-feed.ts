import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FEED_FAULTS, FeedSimulator, RainWriter, readFeedFault, type SimulatedWorld } from '#apps/ingest';
import { loadDomain, parseDuration, requireRecord, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { DAY_MS, HOUR_MS, epochMs, floorTo, parseIso, toIso } from '#hydrology';
import { createLogger, every, systemClock } from '#runtime';
import { domainFolder, printJson } from './run-options.js';
import { awaitStopWish } from './run-until-stopped.js';

interface SimulateFlags {
  readonly domain: string;
  readonly from: string;
  readonly port: string;
  readonly folder?: string;
  readonly history: string;
  readonly step: string;
  readonly fault: readonly string[];
  readonly slow: string;
  readonly radarFactor: string;
  readonly fixtures?: string;
  readonly json?: boolean;
}

/** `freshet simulate-feed`: the record of a domain as live services and files of today, with faults, for development. */
export function simulateFeedCommand(program: Command): void {
  program
    .command('simulate-feed')
    .description('Serve the record of a domain as if it happened now: gauge services over HTTP and ODIM_H5 files in a folder, with faults')
    .option('--domain <basin>', 'basin name or domain folder', 'cance')
    .option('--from <time>', 'time of the record that is now', '2014-11-04T00:00Z')
    .option('--port <port>', 'port on 127.0.0.1; 0 = a free one', '8090')
    .option('--folder <folder>', 'where files of rain are dropped; none are if left out')
    .option('--history <duration>', 'rain that lies in the folder at the start', '2d')
    .option('--step <duration>', 'time between two values of a gauge', '5min')
    .option(
      '--fault <fault>',
      `kind@from/to[#input], repeatable; kinds: ${FEED_FAULTS.join(', ')}`,
      (one, all: string[]) => [...all, one],
      [],
    )
    .option('--slow <duration>', 'how long an answer takes while it is slow', '20s')
    .option('--radar-factor <factor>', 'what the radar sees of the rain; the rain gauges see it as it fell', '1')
    .option('--fixtures <folder>', 'folder whose files are served as they are under /fixtures/')
    .option('--json', 'print where everything is as JSON')
    .action(simulateFeed);
}

async function simulateFeed(flags: SimulateFlags): Promise<void> {
  const wish = awaitStopWish();
  const world = worldOf(await loadDomain(domainFolder(flags.domain)), flags);
  const simulator = new FeedSimulator({ ...world, fixtures: flags.fixtures ?? null, slowMs: durationOf(flags.slow, '--slow') });
  const url = await simulator.listen(Number(flags.port));
  const folder = flags.folder === undefined ? null : resolve(flags.folder);
  const stopWriting = folder === null ? null : await startWriting(world, folder, durationOf(flags.history, '--history'));
  sayWhere(world.domain, { url, folder, json: flags.json === true });
  await wish.signalled;
  await stopWriting?.();
  await simulator.close();
  wish.dispose();
}

/** Whole hours between the record and now, so that values keep their place in the hour. */
function worldOf(domain: LoadedDomain, flags: SimulateFlags): SimulatedWorld {
  const now = systemClock.now();
  requireRecord(domain, 'a feed that plays it');
  const { record } = domain;
  const from = parseIso(flags.from);
  if (from < record.from || from >= record.to) {
    throw new Fault('COMMAND_INVALID', `--from must lie in the record, from ${toIso(record.from)} to ${toIso(record.to)}`);
  }
  return {
    ...{ domain, now: () => systemClock.now(), shiftMs: floorTo(epochMs(now - from), HOUR_MS) },
    gaugeStepMs: durationOf(flags.step, '--step'),
    faults: flags.fault.map(text => readFeedFault(text, now)),
    radarFactor: factorOf(flags.radarFactor),
  };
}

function factorOf(text: string): number {
  const factor = Number(text);
  if (factor > 0 && factor <= 10) return factor;
  throw new Fault('COMMAND_INVALID', `--radar-factor ${text}: write a number above 0 up to 10, such as .6`);
}

function durationOf(text: string, option: string): number {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) throw new Fault('COMMAND_INVALID', `${option} ${text}: write a duration such as 90s, 15min or 2d`);
  return Math.min(ms, 400 * DAY_MS);
}

async function startWriting(world: SimulatedWorld, folder: string, historyMs: number): Promise<() => Promise<void>> {
  const logger = createLogger('info');
  const writer = new RainWriter(world, folder, epochMs(world.now() - historyMs));
  const write = async () => {
    for (const name of await writer.writeDue()) logger.info({ folder, name }, 'rain was dropped');
  };
  await write();
  return every('*/10 * * * * *', write);
}

interface Places {
  readonly url: string;
  readonly folder: string | null;
  readonly json: boolean;
}

/** What to write under sources.live of domain.yaml. */
function sayWhere({ stations }: LoadedDomain, { url, folder, json }: Places): void {
  const gauged = stations.filter(station => station.gauged).map(({ id }) => id);
  const services = {
    hubeau: `${url}/hubeau/observations_tr`,
    vigicrues: `${url}/vigicrues`,
    ea: `${url}/ea`,
    usgs: `${url}/usgs`,
    csv: `${url}/csv?from={from}`,
    'rain gauges': `${url}/ea or ${url}/rain-csv?from={from}`,
  };
  const bucket = `${url}/bucket`;
  if (json) {
    printJson({ ...services, bucket, folder, stations: gauged });
    return;
  }
  const codes = gauged.map(id => `${id}: ${id}01`).join(', ');
  const rain = folder === null ? '' : `    - { id: radar, kind: odim-folder, folder: ${folder} }\n`;
  process.stdout.write(
    `Under sources: of domain.yaml write\n\n  live:\n${rain}    - { id: hubeau, kind: hubeau, url: ${services.hubeau}, stations: { ${codes} } }\n\n` +
      `Other dialects: ${Object.entries(services)
        .slice(1)
        .map(([kind, address]) => `${kind} ${address}`)
        .join(
          ' · ',
        )}\nThe rain as a bucket: { id: mosaic, kind: odim-folder, folder: <yours>, bucket: { url: ${bucket}, prefix: "radar/{yyyy}/{MM}/{dd}/" } }\nCtrl-C stops.\n`,
  );
}
