import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadedDomain } from '#config';
import { Fault } from '#errors';
import type { Station } from '#hydrology';
import { createKernel, type Kernel } from '#kernel';
import type { ParameterFile } from '#learning';

/** The folder of domains unless `--domains` names another. */
export const domainsFolder = (): string =>
  process.env['FRESHET_DOMAINS'] ?? fileURLToPath(new URL('../../../../../deploy/domains', import.meta.url));

/** A basin name is a folder under the domain directory; anything with a slash is a folder itself. */
export const domainFolder = (domain: string): string => (domain.includes('/') ? domain : join(domainsFolder(), domain));

export interface KernelChoice {
  readonly domain: LoadedDomain;
  readonly stations: readonly Station[];
  readonly structure: string;
  readonly routing: string;
  readonly stepSeconds: number;
  /** Hidden layers of the network inside the step. */
  readonly hidden?: readonly number[];
}

/** A kernel for the mesh of the domain with the given stations as outputs. */
export const openKernel = ({ domain, stations, structure, routing, stepSeconds, hidden }: KernelChoice): Kernel =>
  createKernel({
    structure,
    routing,
    mesh: domain.mesh,
    stationCells: stations.map(({ cell }) => cell),
    stepSeconds,
    reachLength: domain.settings.model.reachLength,
    precision: 'f32',
    ...(hidden && { network: { hidden } }),
  });

/** Which kernel a parameter file is for. */
export const modelOf = ({ structure, routing, correction }: ParameterFile): Pick<KernelChoice, 'structure' | 'routing' | 'hidden'> => ({
  structure,
  routing,
  ...(correction && { hidden: correction.hidden }),
});

/**
 * Refuses a structure with a snow slot on a domain that does not say how warm it is.
 * @throws Fault TEMPERATURE_MISSING naming both.
 */
export function refuseWithoutTemperature({ layout }: Kernel, domain: LoadedDomain): void {
  if (!layout.needsTemperature || domain.record.temperature) return;
  const { structure } = layout;
  const message = `structure "${structure}" has a snow slot, and domain ${domain.basin} has no temperature: its domain.yaml names no record.temperature`;
  throw new Fault('TEMPERATURE_MISSING', message, { structure, basin: domain.basin });
}

/** JSON alone on stdout. */
export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
