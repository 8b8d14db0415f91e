import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ForecastBasin, RainChoice } from '#apps/forecast';
import { loadAssimilation, loadMembers, makeBasinModel, withMembers, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { recipeLayout, type KernelRecipe } from '#kernel';
import { parseParameterFile } from '#learning';

/** The model of a domain as operations and replays run it: its parameter file at the step of the forecast. `warn` hears what makes it little worth. */
export async function openForecastBasin(
  domain: LoadedDomain,
  rain: RainChoice,
  warn: (message: string) => void = () => undefined,
): Promise<ForecastBasin> {
  const path = join(domain.folder, domain.settings.model.parameters);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('PARAMETERS_INVALID', `${path} cannot be read: ${(cause as Error).message}`, { path }, { cause });
  });
  const parameters = parseParameterFile(text, path);
  if (parameters.fit === undefined)
    warn(`the parameters of ${domain.basin} are not fitted: calibrate before anybody relies on its forecasts`);
  const { structure = parameters.structure, routing = parameters.routing, reachLength } = domain.settings.model;
  const stepSeconds = domain.settings.forecast.step / 1000;
  const stationCells = domain.stations.map(({ cell }) => cell);
  const recipe: KernelRecipe = {
    ...{ structure, routing, mesh: domain.mesh, stationCells, stepSeconds, reachLength, precision: 'f32' },
    ...(parameters.correction && parameters.structure === structure && { network: { hidden: parameters.correction.hidden } }),
  };
  const layout = recipeLayout(recipe);
  if (layout.needsTemperature) {
    const message = `${path} is for "${structure}", which has a snow slot; forecasts have no source of temperature yet, simulate and calibrate do`;
    throw new Fault('TEMPERATURE_MISSING', message, { structure });
  }
  const assimilation = await loadAssimilation(domain);
  const physics = makeBasinModel({ domain, layout, parameters, assimilation });
  const members = await loadMembers(domain, physics);
  const model = members.length === 0 ? physics : withMembers(physics, members);
  return { domain, model, recipe, rain };
}
