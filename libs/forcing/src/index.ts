export { disaggregatePet, HOURLY_PET_SHARES, type DailyPet } from './disaggregate-pet.js';
export { buildForcing, type ExpectedRain, type Forcing, type ForcingProblem } from './build-forcing.js';
export { describeSubstitution, RAIN_ORIGINS, type RainOrigin, type Substitution, type SubstitutionReason } from './substitution.js';
export { makeRemapping, remap, type Remapping } from './reproject.js';
export { deaccumulate, type RunGrid } from './deaccumulate.js';
export { extraterrestrialRadiation, oudinPet } from './oudin.js';
export { meanOfDay, petOfTemperature, type PetOfTemperature, type TemperatureField } from './pet-of-temperature.js';
export { windowAround, type RainWindow, type RasterCells } from './rain-window.js';
export { composeRadars, type ComposeBy, type RadarView } from './compose-radars.js';
export {
  adjustGrids,
  estimateAdjustment,
  factorOf,
  type AdjustmentProblem,
  type AdjustmentSettings,
  type AdjustmentSummary,
  type RainAdjustment,
} from './gauge-adjustment/adjust-by-gauges.js';
