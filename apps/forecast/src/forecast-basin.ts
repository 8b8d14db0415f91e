import type { LoadedDomain } from '#config';
import type { FutureRain } from '#cycle';
import type { WarmBasin } from './cycle-messages.js';

/** Which rain is expected after the last that was received. */
export type RainChoice = FutureRain['kind'];

/** A basin that is forecast: its domain, its model, and what rain is expected. */
export interface ForecastBasin extends WarmBasin {
  readonly domain: LoadedDomain;
  readonly rain: RainChoice;
}
