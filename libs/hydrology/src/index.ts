export { basinId, stationId, epochMs, type Brand, type BasinId, type StationId, type EpochMs } from './brand.js';
export {
  SECOND_MS,
  MINUTE_MS,
  HOUR_MS,
  DAY_MS,
  BEAT_MS,
  stampOf,
  endOf,
  stepAt,
  timeGrid,
  floorTo,
  toIso,
  toIsoExact,
  parseIso,
  type TimeGrid,
} from './time-grid.js';
export { cellAt, centreOf, type Mesh } from './mesh.js';
export { quantile } from './quantile.js';
export { normalDeviates, normalNumbers, uniformNumbers } from './random-numbers.js';
export { linkLengths } from './link-length.js';
export type { Variable, VariableKind } from './variable.js';
export { VARIABLES, type VariableId } from './variables.js';
export type { PointSeries, GridSeries, RainGaugeSeries, RainGrid, QualityFlag } from './series.js';
export { LEVELS, type Level, type RainGauge, type Station, type Threshold } from './station.js';
export { isActive, drainsInto, findLoop, findLoops, findSinks, type FlowDirections, type CellPosition } from './flow-direction.js';
export { cellName, readFlowCodes, type FlowConvention } from './flow-codes.js';
export { centreOfPosition, isGeographic, positionOfPoint, type GridFrame, type GridGeometry, type PlacedGrid } from './grid-geometry.js';
export { buildMesh, describeCell, describeLoop } from './build-mesh.js';
export { cropDirections, delineate, drainedAreas, catchmentOf, type Delineation, type DrainedAreas, type GaugePoint } from './delineate.js';
export { outletsOf, splitIntoBasins, type Basin } from './split-basins.js';
export { cutBasins, type BasinCut } from './cut-basins.js';
export { zonesOfCells, cellsUpstreamOf } from './sub-basins.js';
export { findConfluences, chooseVirtualCells, isUpstream, type Confluence } from './confluences.js';
export { linksOfGauges, type GaugeLink, type LinkedGauge } from './gauge-links.js';
export {
  annualMaxima,
  fitAreaExponent,
  fitGumbel,
  hydrologicalYearStart,
  reducedVariate,
  returnLevels,
  scaleByArea,
  type AnnualMaximum,
  type Gumbel,
  type ReturnLevel,
} from './return-level.js';
export { dischargeAt, ratingCurve, type RatedDischarge, type RatingCurve, type RatingTable } from './rating-curve.js';
