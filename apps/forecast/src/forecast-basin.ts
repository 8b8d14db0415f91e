import type { LoadedDomain } from '#config';
import type { FutureRain } from '#cycle';
import type { WarmBasin } from './cycle-messages.js';

/** Which rain is expected after the last that was received; `nowcast,nwp` is a nowcast with a weather model behind it. */
export type RainChoice = FutureRain['kind'] | 'nowcast,nwp';

/** A basin that is forecast: its domain, its model, and what rain is expected. */
export interface ForecastBasin extends WarmBasin {
  readonly domain: LoadedDomain;
  readonly rain: RainChoice;
}
