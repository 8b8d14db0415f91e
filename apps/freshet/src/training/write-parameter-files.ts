import { formatParameterFile, HOURLY_PRIORS, PARAMETER_FORMAT, sampleCoefficients, type ParameterFile, type TrainingEnd } from '#learning';
import { freshetVersion } from '../commands/freshet-version.js';
import type { OpenSample, SampleOptions } from './open-sample.js';

export interface Trained {
  readonly plan: SampleOptions;
  readonly sample: OpenSample;
  readonly end: TrainingEnd;
  readonly control: Float64Array;
  /** 1 − NSE of each basin. */
  readonly losses: readonly number[];
}

/** The text of the parameter file of each basin, by its id: one mapping, with the basin's own mesh and interception. */
export async function writeParameterFiles({ plan, sample, end, control, losses }: Trained): Promise<[id: string, text: string][]> {
  const { settings, structure, routing } = plan;
  const { layout } = sample.mapping;
  const stores = layout.states.flatMap(id => (HOURLY_PRIORS[id] ? [[id, HOURLY_PRIORS[id].value] as const] : []));
  const trained = sample.basins.filter(({ heldOut }) => !heldOut);
  const gauges = trained.flatMap(({ id, stations }) => stations.map(station => `${id}/${station}`));
  const coefficients = sampleCoefficients(sample.mapping, control);
  const versions = { freshet: await freshetVersion(), kernel: layout.precision, ...(sample.tensorflow !== 'none' && { tensorflow: sample.tensorflow }) }; // prettier-ignore
  return sample.basins.map((basin, k) => {
    const { reachLength, mesh } = sample.archive.read(basin.id);
    const file: ParameterFile = {
      ...{ format: PARAMETER_FORMAT, basin: basin.id, structure, routing },
      ...(reachLength === 'link' && { reachLength }),
      stepSeconds: sample.stepSeconds,
      mesh: { hash: basin.meshHash, cellCount: mesh.cellCount },
      ...coefficients,
      interception: basin.interception,
      initialState: { time: basin.recordStart, values: Object.fromEntries(stores) },
      fit: {
        ...{ from: basin.from, to: basin.to, warmUpFrom: basin.recordStart, gauges },
        objective: `1 - NSE, mean over ${trained.length} basins${basin.heldOut ? '; this one was held out' : ''}`,
        cost: losses.reduce((sum, loss, i) => sum + (sample.basins[i]!.heldOut ? 0 : loss), 0) / trained.length,
        nse: Object.fromEntries(basin.stations.length === 1 ? [[basin.stations[0]!, 1 - losses[k]!]] : [['mean over its gauges', 1 - losses[k]!]]), // prettier-ignore
        ...{ iterations: end.training.step, evaluations: end.training.step, stoppedBy: end.stoppedBy },
        ...{ optimizer: 'adam', seed: settings.seed, priorWeight: settings.priorWeight },
      },
      versions,
    };
    return [basin.id, formatParameterFile(file)];
  });
}
