export { assimilate, type AssimilationProblem, type AssimilationResult } from './assimilate.js';
export { correctForecast, exceedanceAt, forecastUngauged, QUANTILE_LEVELS } from './correct-forecast.js';
export type { ComparedObservation, CorrectedForecast, CorrectionProblem } from './correct-forecast.js';
export { decodeMemory, encodeMemory, newMemory, newStationMemory, rememberOpenLoop } from './memory.js';
export type { ErrorMemory, StationMemory } from './memory.js';
export type { GaugeObservations } from './observation-error.js';
export { defaultSettings, offsetOf } from './settings.js';
export type { AssimilationSettings, LeadStatistics, ObservationErrorModel, StationStatistics, ZonePrior } from './settings.js';
export { LEARNED_LEADS_H, MEMBERS } from './statistics.js';
