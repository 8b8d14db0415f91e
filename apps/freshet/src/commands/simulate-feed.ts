import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  FEED_FAULTS,
  FeedSimulator,
  GAUGE_FILE_KINDS,
  RAIN_FORMATS,
  readFeedFault,
  requireFormat,
  type RainFormat,
  type SimulatedWorld,
} from '#apps/ingest';
import { loadDomain, parseDuration, requireRecord, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { DAY_MS, HOUR_MS, MINUTE_MS, epochMs, floorTo, parseIso, toIso } from '#hydrology';
import { systemClock } from '#runtime';
import { domainFolder, printJson } from './run-options.js';
import { awaitStopWish } from './run-until-stopped.js';
import { startSimulatedFiles, type SimulatedFiles } from './simulated-files.js';

interface SimulateFlags {
  readonly domain: string;
  readonly from: string;
  readonly port: string;
  readonly folder?: string;
  readonly rainFormat: string;
  readonly modelRuns?: string;
  readonly gaugeFolder?: string;
  readonly gaugeFormat: string;
  readonly notify?: string;
  readonly topic: string;
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
    .description(
      'Serve the record of a domain as if it happened now: gauge services over HTTP, files of rain, gauges and model runs in folders, with faults',
    )
    .option('--domain <basin>', 'basin name or domain folder', 'cance')
    .option('--from <time>', 'time of the record that is now', '2014-11-04T00:00Z')
    .option('--port <port>', 'port on 127.0.0.1; 0 = a free one', '8090')
    .option('--folder <folder>', 'where files of rain are dropped; none are if left out')
    .option('--rain-format <format>', `format of the files of rain: ${RAIN_FORMATS.join(', ')}`, 'odim')
    .option('--model-runs <folder>', 'where runs of a weather model are dropped as GRIB2: issued every 6 h, published 3 h later, 36 h long')
    .option('--gauge-folder <folder>', 'where the answers of a gauge service are dropped as files')
    .option('--gauge-format <dialect>', `dialect of those files: ${GAUGE_FILE_KINDS.join(', ')}`, 'hubeau')
    .option(
      '--notify <broker>',
      'announce each file of rain to this MQTT broker, such as mqtt://127.0.0.1:1883, in WIS2 notification messages',
    )
    .option('--topic <topic>', 'topic of those messages', 'origin/a/wis2/simulated/data/core/rain')
    .option('--history <duration>', 'what lies in the folders at the start', '2d')
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
  const files = filesOf(flags);
  const simulator = new FeedSimulator({ ...world, fixtures: flags.fixtures ?? null, slowMs: durationOf(flags.slow, '--slow') });
  const url = await simulator.listen(Number(flags.port));
  try {
    const stopWriting = await startSimulatedFiles(simulator, { ...files, origin: url });
    sayWhere(world, { url, files, json: flags.json === true });
    await wish.signalled;
    await stopWriting();
  } finally {
    await simulator.close();
    wish.dispose();
  }
}

function filesOf(flags: SimulateFlags): Omit<SimulatedFiles, 'origin'> {
  const gaugeKind = oneOf(GAUGE_FILE_KINDS, flags.gaugeFormat, '--gauge-format');
  const absolute = (folder: string | undefined) => (folder === undefined ? null : resolve(folder));
  return {
    ...{ rainFolder: absolute(flags.folder), modelFolder: absolute(flags.modelRuns), gaugeFolder: absolute(flags.gaugeFolder), gaugeKind },
    notify: flags.notify === undefined ? null : { broker: brokerOf(flags.notify), topic: flags.topic },
    historyMs: durationOf(flags.history, '--history'),
  };
}

function oneOf<T extends string>(known: readonly T[], text: string, option: string): T {
  const found = known.find(each => each === text);
  if (found !== undefined) return found;
  throw new Fault('COMMAND_INVALID', `${option} ${text}: write one of ${known.join(', ')}`);
}

function brokerOf(text: string): string {
  if (/^(mqtts?|wss?):\/\//.test(text) && URL.canParse(text)) return text;
  throw new Fault('COMMAND_INVALID', `--notify ${text}: write the address of a broker, such as mqtt://127.0.0.1:1883`);
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
  const rainFormat: RainFormat = oneOf(RAIN_FORMATS, flags.rainFormat, '--rain-format');
  requireFormat(rainFormat, domain);
  return {
    rainFormat,
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

interface Places {
  readonly url: string;
  readonly files: Omit<SimulatedFiles, 'origin'>;
  readonly json: boolean;
}

/** What to write under sources.live of domain.yaml. */
function sayWhere(world: SimulatedWorld, { url, files, json }: Places): void {
  const gauged = world.domain.stations.filter(station => station.gauged).map(({ id }) => id);
  const services = {
    hubeau: `${url}/hubeau/observations_tr`,
    vigicrues: `${url}/vigicrues`,
    'vigicrues forecasts': `${url}/vigicrues/prevision.json?CdStationHydro={station}&GrdSimul=Q`,
    ea: `${url}/ea`,
    usgs: `${url}/usgs`,
    csv: `${url}/csv?from={from}`,
    'usgs-waterml': `${url}/usgs-waterml`,
    ...Object.fromEntries(['waterml2', 'pi-xml', 'pi-json', 'ea-xml'].map(kind => [kind, `${url}/${kind}?from={from}`])),
    'rain gauges': `${url}/ea or ${url}/rain-csv?from={from}`,
  };
  const bucket = `${url}/bucket`;
  if (json) {
    const { rainFolder: folder, modelFolder, gaugeFolder, notify } = files;
    printJson({ ...services, bucket, folder, modelFolder, gaugeFolder, notify, stations: gauged });
    return;
  }
  const codes = gauged.map(id => `${id}: ${id}01`).join(', ');
  const others = Object.entries(services)
    .slice(1)
    .map(([kind, address]) => `${kind} ${address}`)
    .join(' · ');
  process.stdout.write(
    `Under sources: of domain.yaml write\n\n  live:\n${linesOfFiles(world, files, url)}    - { id: hubeau, kind: hubeau, url: ${services.hubeau}, stations: { ${codes} } }\n\n` +
      `Other dialects: ${others}\nThe rain as a bucket: { id: mosaic, ${kindOfRain(world)}, folder: <yours>, bucket: { url: ${bucket}, prefix: "radar/{yyyy}/{MM}/{dd}/" } }\nCtrl-C stops.\n`,
  );
}

/** A GeoTIFF does not say over how long its rain fell. */
function kindOfRain({ rainFormat = 'odim', domain }: SimulatedWorld): string {
  const minutes = (domain.record.rainStepMs ?? HOUR_MS) / MINUTE_MS;
  return `kind: ${rainFormat}-folder${rainFormat === 'geotiff' ? `, duration: ${minutes}min` : ''}`;
}

function linesOfFiles(world: SimulatedWorld, files: Omit<SimulatedFiles, 'origin'>, url: string): string {
  const { rainFolder, modelFolder, gaugeFolder, gaugeKind, notify } = files;
  const kind = kindOfRain(world);
  const codes = world.domain.stations.flatMap(({ id, gauged }) => (gauged ? [`${id}: ${id}01`] : [])).join(', ');
  const columns =
    'csv: { separator: ";", decimal: ",", time: time, value: discharge, unit: m3/s, station: { column: station }, variable: { fixed: Q } }';
  const own = gaugeKind === 'hubeau' ? `, stations: { ${codes} }` : gaugeKind === 'csv' ? `, ${columns}` : '';
  const announced =
    notify && `notifications: { url: ${notify.broker}, topics: [${notify.topic}], client: freshet-trial, from: ["${url}"] }`;
  const insteadOfRain = rainFolder === null ? '' : '# instead of radar: ';
  return [
    ...(rainFolder === null ? [] : [`- { id: radar, ${kind}, folder: ${rainFolder} }`]),
    ...(announced === null ? [] : [`${insteadOfRain}- { id: announced, ${kind}, folder: <yours>, ${announced} }`]),
    ...(modelFolder === null ? [] : [`- { id: model, kind: nwp-folder, folder: ${modelFolder} }`]),
    ...(gaugeFolder === null ? [] : [`# instead of hubeau: - { id: gauge-files, kind: ${gaugeKind}, folder: ${gaugeFolder}${own} }`]),
  ]
    .map(line => `    ${line}\n`)
    .join('');
}
