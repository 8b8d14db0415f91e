export type {
  ObservationSource,
  PollWindow,
  RawGaugeValue,
  RawObservation,
  RawRainDepth,
  RawRainGrid,
  RawReject,
  RawTemperatureGrid,
} from './source.js';
export { Refusal, reject, type Reject, type RejectCode } from './reject.js';
export { decodeTemperature } from './decode/temperature-message.js';
export { decodeRain, encodeDepths, meanDepth } from './decode/rain-message.js';
export { findUndecodable } from './decode/gauge-value.js';
export { checkDischarge } from './qc/check-discharge.js';
export { GaugeJudge, type GaugeNetwork, type Revised } from './qc/gauge-judge.js';
export { judgeAgain } from './qc/judge-again.js';
export { STALL_MARGIN_MS, freshnessAt, isStalled, type Freshness } from './qc/freshness.js';
export { limitsOfArea, limitsOfStation, type QcChoices, type QcLimits } from './qc/limits.js';
export {
  RAIN_FLAG_SOURCES,
  RAIN_GAUGE_LIMITS,
  judgeRainDepth,
  type RainDepth,
  type RainFlagSource,
  type RainGaugeLimits,
  type RainSurroundings,
} from './qc/rain-gauge.js';
export { SPATIAL_WINDOW_MS } from './qc/spatial.js';
export {
  DOUBTFUL_COMPLETED,
  EXTRAPOLATED,
  FLAG_SOURCES,
  MANUAL,
  MISSING,
  RATED,
  RELIABLE_CORRECTED,
  UNRELIABLE,
  isTrusted,
  sourcesOf,
  type Candidate,
  type FlagSource,
  type KnownValue,
  type Quality,
} from './qc/verdict.js';
export { affineOf, decodeGeoTiff, type Raster } from './gridded/geotiff.js';
export { parseTimeUnits } from './gridded/cf-time.js';
export { encodeOdim, type OdimComposite } from './gridded/encode-odim.js';
export { encodeGrib2, encodeGrib2Temperature, type GribAccumulation, type GribTemperature } from './gridded/encode-grib2.js';
export { encodeKnmi, type KnmiAccumulation } from './gridded/encode-knmi.js';
export { RADOLAN_GRID, encodeRadolan, type RadolanAccumulation } from './gridded/encode-radolan.js';
export { decodeRainFile } from './gridded/decode-rain-file.js';
export { MOST_BYTES, type RainDecoding, type RainRaster, type RainReading } from './gridded/rain-raster.js';
export { ClutterMap } from './gridded/filters/clutter-map.js';
export { RAIN_FILTERS, type RainFilter, type RainFilters } from './gridded/filters/rain-filters.js';
export { MARSHALL_PALMER, type ReflectivityRelation } from './gridded/reflectivity.js';
export type { GaugeDecoding, GaugeReading } from './gauges/gauge-decoding.js';
export { decodeHubeau } from './gauges/hubeau.js';
export { decodeVigicrues, decodeVigicruesForecast, type OfficialForecast } from './gauges/vigicrues.js';
export { decodeEaStations, decodeEnvironmentAgency, type EaStation } from './gauges/ea.js';
export { decodeEaExchange } from './gauges/ea-exchange.js';
export { decodeUsgs, decodeUsgsWaterMl } from './gauges/usgs.js';
export { decodeWaterMl2 } from './gauges/waterml2.js';
export { decodePiJson, decodePiXml } from './gauges/fews-pi.js';
export { decodeCsv, type CsvMapping } from './gauges/csv.js';
export { readUsgsRating } from './gauges/usgs-rating.js';
export { decodeDirectoryIndex, type IndexedFile } from './arrivals/directory-index.js';
export { decodeBucketListing, type BucketListing, type ListedObject } from './arrivals/bucket-listing.js';
export { decodeWis2Notification, type Wis2Notification } from './arrivals/wis2-notification.js';
