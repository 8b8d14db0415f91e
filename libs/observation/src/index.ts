export type { ObservationSource, PollWindow, RawGaugeValue, RawObservation, RawRainGrid } from './source.js';
export { reject, type Reject, type RejectCode } from './reject.js';
export { decodeRain, encodeDepths, meanDepth } from './decode/rain-message.js';
export { findUndecodable } from './decode/gauge-value.js';
export { checkDischarge, type Quality } from './qc/check-discharge.js';
export { freshnessAt, type Freshness } from './qc/freshness.js';
export { limitsOfArea, type QcLimits } from './qc/limits.js';
export { MISSING, isTrusted, type Candidate, type KnownValue } from './qc/verdict.js';
