export { defaultSettings, type AssimilationSettings, type ZonePrior } from './settings.js';
export { emptyMemory, encodeMemory, decodeMemory, type ErrorMemory, type StationMemory } from './memory.js';
export {
  correctForecast,
  exceedanceAt,
  rememberOpenLoop,
  QUANTILE_LEVELS,
  type CorrectionProblem,
  type CorrectedForecast,
  type NewestObservation,
} from './correct-forecast.js';
