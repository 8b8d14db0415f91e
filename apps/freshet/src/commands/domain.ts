import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { importSmash, loadDomain, type LoadedDomain } from '#config';
import { Fault, isFault } from '#errors';
import { toIso } from '#hydrology';
import { domainNewCommand } from './domain-new.js';
import { domainsFolder } from './run-options.js';

interface ImportFlags {
  readonly dataset: string;
  readonly out: string;
  readonly names?: string;
  readonly virtual: number;
}

/** `freshet domain new | import-smash | list | show`. JSON alone on stdout; progress on stderr. */
export function domainCommand(program: Command): void {
  const domain = program.command('domain').description('Make, list and show domains: the folders that describe a basin');
  domainNewCommand(domain);
  domain
    .command('import-smash')
    .description('Turn a SMASH data set folder into a Freshet domain')
    .requiredOption('--dataset <folder>', 'folder that holds setup_*.yaml, mesh_*.hdf5, prcp, pet, qobs')
    .requiredOption('--out <folder>', 'domain folder to write')
    .option('--names <file>', 'CSV of id,name,river for the stations')
    .option('--virtual <count>', 'ungauged confluences to forecast', Number, 3)
    .option('--json', 'print a summary as JSON')
    .action(async (flags: ImportFlags) => {
      await importDataset(flags);
    });
  domain
    .command('list')
    .description('List the domains of a folder')
    .option('--domains <folder>', 'folder of domains', domainsFolder())
    .option('--json', 'print JSON')
    .action(async (flags: { readonly domains: string }) => {
      print(await listDomains(flags.domains));
    });
  domain
    .command('show')
    .description('Check one domain and describe it')
    .argument('<basin>', 'basin name or domain folder')
    .option('--domains <folder>', 'folder of domains', domainsFolder())
    .option('--json', 'print JSON')
    .action(async (basin: string, flags: { readonly domains: string }) => {
      print(describe(await loadDomain(basin.includes('/') ? basin : join(flags.domains, basin))));
    });
}

async function importDataset(flags: ImportFlags): Promise<void> {
  if (!Number.isInteger(flags.virtual) || flags.virtual < 0) throw new Fault('COMMAND_INVALID', '--virtual must be a whole number from 0');
  const summary = await importSmash({
    dataset: resolve(flags.dataset),
    out: resolve(flags.out),
    ...(flags.names === undefined ? {} : { names: resolve(flags.names) }),
    virtualStations: flags.virtual,
    onProgress: text => process.stderr.write(`importing ${text}\n`),
  });
  await loadDomain(flags.out); // what was written must load
  print(summary);
}

async function listDomains(folder: string): Promise<unknown> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new Fault('DOMAIN_NOT_FOUND', `${folder} is not a folder of domains`, { folder });
  });
  const folders = entries.filter(entry => entry.isDirectory()).map(entry => join(folder, entry.name));
  return await Promise.all(folders.map(summarise));
}

async function summarise(folder: string): Promise<unknown> {
  try {
    const domain = await loadDomain(folder);
    return { basin: domain.basin, name: domain.name, folder, cells: domain.mesh.cellCount, stations: domain.stations.length };
  } catch (error) {
    if (!isFault(error)) throw error;
    return { basin: basename(folder), folder, error: error.message };
  }
}

function describe(domain: LoadedDomain): unknown {
  const { mesh, record } = domain;
  return {
    basin: domain.basin,
    name: domain.name,
    folder: domain.folder,
    mesh: { cells: mesh.cellCount, rows: mesh.rows, columns: mesh.columns, epsg: mesh.epsg, levels: mesh.level[mesh.cellCount - 1]! + 1 },
    record: { from: toIso(record.from), to: toIso(record.to) },
    descriptors: [...domain.descriptors.keys()],
    zones: domain.zoneStations.map((station, zone) => ({ station, cells: domain.zoneOfCell.filter(other => other === zone).length })),
    stations: domain.stations.map(station => ({
      ...station,
      row: mesh.row[station.cell],
      column: mesh.column[station.cell],
      meshAreaKm2: mesh.upstreamAreaM2[station.cell]! / 1e6,
    })),
    settings: domain.settings,
    configHash: domain.configHash,
    meshHash: domain.meshHash,
  };
}

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
