import { SECOND_MS, VARIABLES, epochMs, toIso, type EpochMs } from '#hydrology';
import type { KernelLayout } from '#kernel';
import { PARAMETER_FORMAT, type ParameterFile } from './parameter-file.js';
import { HOURLY_PRIORS } from './prior.js';

export interface UnfittedBasin {
  readonly basin: string;
  readonly meshHash: string;
  /** A kernel's at a step of one hour. */
  readonly layout: KernelLayout;
  readonly now: EpochMs;
  readonly versions: ParameterFile['versions'];
}

/**
 * The parameters of a basin of which no discharge was seen: the same everywhere, each what it usually is elsewhere (`HOURLY_PRIORS`), else the
 * register's default; the interception capacity at its default too, as no rain was seen either. A start for operations until there is something to fit.
 */
export function unfittedParameters({ basin, meshHash, layout, now, versions }: UnfittedBasin): ParameterFile {
  const { structure, routing, reachLength, stepSeconds, cellCount } = layout;
  const time = toIso(now);
  const usual = layout.parameters.filter(id => id !== 'ci' && id !== 'imperviousness');
  return {
    ...{ format: PARAMETER_FORMAT, basin, structure, routing, ...(reachLength === 'link' && { reachLength }), stepSeconds },
    mesh: { hash: meshHash, cellCount },
    ...{ mapping: 'uniform', descriptors: [] },
    parameters: usual.map(id => ({ id, form: 'uniform', value: HOURLY_PRIORS[id]?.value ?? VARIABLES[id].default })),
    interception: [
      {
        ...{ stepSeconds, from: toIso(epochMs(now - stepSeconds * SECOND_MS)), to: time },
        capacity: new Array<number>(cellCount).fill(VARIABLES.ci.default),
      },
    ],
    initialState: {
      time,
      values: Object.fromEntries(layout.states.flatMap(id => (HOURLY_PRIORS[id] ? [[id, HOURLY_PRIORS[id].value]] : []))),
    },
    versions,
  };
}
