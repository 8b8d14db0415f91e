import type { FutureRain } from '#cycle';
import type { Mesh, RainGrid } from '#hydrology';
import type { CycleTask } from './cycle-messages.js';
import type { ModelRain } from './model-rain.js';
import { nowcastMosaics, nowcastRain } from './nowcast-rain.js';

/** What of a task says which rain is to come. */
export interface RainTask extends Pick<CycleTask, 'futureRain' | 'issueTime' | 'asOf'> {
  readonly observed: Pick<CycleTask['observed'], 'rain'>;
}

/**
 * The rain to come of a task, carried where that is wanted: from the mosaics around the basin, else from the rain on the basin alone,
 * which then says why; the weather model behind it.
 */
export function rainToCome(task: RainTask, mesh: Mesh): FutureRain {
  const { futureRain } = task;
  if (futureRain.kind !== 'to-nowcast') return futureRain;
  const nowcast = carry(futureRain.mosaics, task, mesh);
  return futureRain.model === null ? nowcast : withModel(nowcast, futureRain.model);
}

function carry(mosaics: readonly RainGrid[] | null, { observed, issueTime, asOf }: RainTask, mesh: Mesh): FutureRain {
  const times = { issueTime, asOf };
  const around = mosaics === null ? null : nowcastMosaics(mesh, mosaics, times);
  if (around?.kind === 'nowcast') return around;
  const alone = nowcastRain(mesh, observed.rain, times);
  if (around?.because === undefined || alone.kind !== 'nowcast') return alone;
  return { ...alone, because: `${around.because}; a nowcast of the rain over the basin alone is used` };
}

/** The nowcast with the model behind it; the model where there is no nowcast; what stands in for a nowcast where there is neither. */
export function withModel(nowcast: FutureRain, model: ModelRain): FutureRain {
  const reasons = ['because' in nowcast ? nowcast.because : undefined, model.because].filter(reason => reason !== undefined);
  const because = reasons.length === 0 ? {} : { because: reasons.join('. ') };
  if (model.rain.length === 0) return { ...nowcast, ...because };
  return nowcast.kind === 'nowcast' ? { ...nowcast, model: model.rain, ...because } : { kind: 'nwp', rain: model.rain, ...because };
}
