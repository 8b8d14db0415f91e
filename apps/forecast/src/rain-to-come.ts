import type { FutureRain } from '#cycle';
import type { Mesh } from '#hydrology';
import type { CycleTask } from './cycle-messages.js';
import { nowcastMosaics, nowcastRain } from './nowcast-rain.js';

/** What of a task says which rain is to come. */
export interface RainTask extends Pick<CycleTask, 'futureRain' | 'issueTime' | 'asOf'> {
  readonly observed: Pick<CycleTask['observed'], 'rain'>;
}

/**
 * The rain to come of a task, carried where that is wanted: from the mosaics around the basin, else from the rain on the basin alone,
 * which then says why.
 */
export function rainToCome({ futureRain, observed, ...times }: RainTask, mesh: Mesh): FutureRain {
  if (futureRain.kind !== 'to-nowcast') return futureRain;
  const { mosaics } = futureRain;
  const around = mosaics === null ? null : nowcastMosaics(mesh, mosaics, times);
  if (around?.kind === 'nowcast') return around;
  const alone = nowcastRain(mesh, observed.rain, times);
  return around?.because === undefined || alone.kind !== 'nowcast' ? alone : { ...alone, because: around.because };
}
