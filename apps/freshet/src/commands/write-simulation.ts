import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { gridVariables, writeNetCdf, type LoadedDomain, type VariableDefinition } from '#config';
import { Fault } from '#errors';
import { SECOND_MS, VARIABLES, stampOf, toIso, type TimeGrid } from '#hydrology';
import type { MassBalance } from '#kernel';
import type { ParameterFile } from '#learning';
import type { Simulation } from './simulate-in-pieces.js';

interface Source {
  readonly domain: LoadedDomain;
  readonly parameters: ParameterFile;
}

/**
 * Writes a simulation: `.csv` the discharge at the stations by step; `.nc` that, the states of every cell and the water
 * of the basin by hour (CF NetCDF-4).
 * @throws Fault COMMAND_INVALID for another ending.
 */
export async function writeSimulation(path: string, simulation: Simulation, source: Source): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  if (extname(path) === '.csv') await writeFile(path, dischargeCsv(simulation, source.domain));
  else if (extname(path) === '.nc') await writeGrids(path, simulation, source);
  else throw new Fault('COMMAND_INVALID', `--out ${path} ends neither in .nc (all) nor in .csv (discharge)`, { path });
}

function dischargeCsv({ time, discharge }: Simulation, { stations }: LoadedDomain): string {
  const rows = [`time,${stations.map(({ id }) => `${id}_m3s`).join(',')}`];
  for (let step = 0; step < time.count; step++) {
    const values = stations.map((_, row) => discharge[row * time.count + step]!.toFixed(4));
    rows.push(`${toIso(stampOf(time, step))},${values.join(',')}`);
  }
  return `${rows.join('\n')}\n`;
}

async function writeGrids(path: string, simulation: Simulation, { domain, parameters }: Source): Promise<void> {
  const { structure, routing, fit } = parameters;
  const origin = fit === undefined ? 'not fitted' : `fitted ${fit.from} to ${fit.to}`;
  const attributes = { title: `Open-loop simulation of ${domain.name}`, source: `Freshet ${structure}-${routing}, parameters ${origin}` };
  await writeNetCdf(path, attributes, [
    timeVariable('time', simulation.time, 'end of the step'),
    timeVariable('hour', simulation.pieces, 'end of the hour'),
    ...gridVariables(domain.mesh, domain.projection),
    ...dischargeVariables(simulation, domain),
    ...simulation.layout.states.map((_, k) => stateVariable(simulation, domain, k)),
    ...FLUXES.map(([flux, text]) => fluxVariable(simulation, flux, text)),
  ]);
}

function timeVariable(name: string, grid: TimeGrid, text: string): VariableDefinition {
  const data = Int32Array.from({ length: grid.count }, (_, k) => stampOf(grid, k) / SECOND_MS);
  const attributes = { standard_name: 'time', long_name: text, units: 'seconds since 1970-01-01 00:00:00', calendar: 'standard' };
  return { name, type: '<i', data, shape: [grid.count], chunks: [grid.count], attributes };
}

function dischargeVariables({ time, discharge }: Simulation, { stations }: LoadedDomain): VariableDefinition[] {
  return [
    { name: 'station', type: 'S', data: stations.map(({ id }) => id), shape: [stations.length], attributes: { cf_role: 'timeseries_id' } },
    {
      name: 'discharge',
      type: '<f',
      data: Float32Array.from(discharge),
      shape: [stations.length, time.count],
      dimensions: ['station', 'time'],
      chunks: [1, time.count],
      attributes: { standard_name: 'water_volume_transport_in_river_channel', units: 'm3 s-1', coordinates: 'station' },
    },
  ];
}

/** One state on the grid at the end of each hour; NaN outside the basin. */
function stateVariable({ layout, states }: Simulation, { mesh }: LoadedDomain, k: number): VariableDefinition {
  const size = mesh.rows * mesh.columns;
  const data = new Float32Array(states.length * size).fill(NaN);
  states.forEach((state, hour) => {
    for (let cell = 0; cell < mesh.cellCount; cell++) {
      data[hour * size + mesh.row[cell]! * mesh.columns + mesh.column[cell]!] = state[k * mesh.cellCount + cell]!;
    }
  });
  const { id, name, unit } = VARIABLES[layout.states[k]!];
  return {
    name: id,
    type: '<f',
    data,
    shape: [states.length, mesh.rows, mesh.columns],
    dimensions: ['hour', 'y', 'x'],
    chunks: [Math.min(states.length, 168), mesh.rows, mesh.columns],
    fillValue: NaN,
    attributes: { long_name: name, units: unit === '-' ? '1' : unit, grid_mapping: 'crs' },
  };
}

const FLUXES: readonly (readonly [keyof MassBalance, string])[] = [
  ['rain', 'rain'],
  ['evaporation', 'actual evapotranspiration'],
  ['exchange', 'exchange with the underground, gain positive'],
  ['runoff', 'runoff of the cells before routing'],
  ['storageChange', 'change of the water in the stores'],
];

function fluxVariable({ fluxes }: Simulation, flux: keyof MassBalance, text: string): VariableDefinition {
  return {
    name: flux,
    type: '<f',
    data: Float32Array.from(fluxes, balance => balance[flux]),
    shape: [fluxes.length],
    dimensions: ['hour'],
    chunks: [fluxes.length],
    attributes: { long_name: `${text}, mean of the basin over the hour`, units: 'mm', cell_methods: 'hour: sum' },
  };
}
