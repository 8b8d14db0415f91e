export { CyclePool } from './cycle-pool.js';
export type { ForecastBasin, RainChoice } from './forecast-basin.js';
export { startForecasting, type Forecasting, type ForecastingOptions } from './start-forecasting.js';
export { spinUpFrom } from './spin-up-basin.js';
