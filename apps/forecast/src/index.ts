export { CyclePool } from './cycle-pool.js';
export type { ForecastBasin, RainChoice } from './forecast-basin.js';
export { beginForecasts, takeDueCycles, type ForecastsBegin } from './start-forecasting.js';
export { nowcastRain } from './nowcast-rain.js';
export { enterRewind, type Rewinding } from './rewind.js';
export { enterDueCycles, firstIssueTime } from './schedule.js';
export type { ForecastRole } from './run-cycle.js';
export { spinUpFrom } from './spin-up-basin.js';
export { adjustmentSettings } from './adjust-rain.js';
