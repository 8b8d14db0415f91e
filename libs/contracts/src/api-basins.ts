import { z } from 'zod';
import { Envelope, Instant, LevelName } from './api-envelope.js';

const position = z.array(z.number()).length(2).meta({ description: '[longitude, latitude], WGS84' });
const ring = z.array(position).meta({ description: 'Closed: the last position is the first' });

export const PolygonGeometry = z.object({ type: z.literal('Polygon'), coordinates: z.array(ring) });
export type PolygonGeometry = z.infer<typeof PolygonGeometry>;
export const MultiPolygonGeometry = z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(ring)) });
export type MultiPolygonGeometry = z.infer<typeof MultiPolygonGeometry>;
export const LineGeometry = z.object({ type: z.literal('LineString'), coordinates: z.array(position) });
export type LineGeometry = z.infer<typeof LineGeometry>;

const feature = <G extends z.ZodType, P extends z.ZodType>(geometry: G, properties: P) =>
  z.object({ type: z.literal('Feature'), geometry, properties });
const collection = <F extends z.ZodType>(features: F) => z.object({ type: z.literal('FeatureCollection'), features: z.array(features) });

export const BasinSummary = z
  .object({
    id: z.string(),
    name: z.string(),
    areaKm2: z.number(),
    cellCount: z.number().int(),
    cellSizeM: z.number(),
    stationCount: z.number().int(),
    bounds: z.array(z.number()).length(4).meta({ description: '[west, south, east, north], WGS84' }),
    latestIssueTime: Instant.nullable(),
    worstLevel: LevelName.nullable().meta({ description: 'Worst raised level of its stations, null when none is raised' }),
  })
  .meta({ id: 'BasinSummary' });
export type BasinSummary = z.infer<typeof BasinSummary>;

/** GET /v1/basins */
export const BasinList = Envelope.extend({ basins: z.array(BasinSummary) }).meta({
  id: 'BasinList',
  description: 'The basins that are forecast',
});
export type BasinList = z.infer<typeof BasinList>;

/** GET /v1/basins/{basin} */
export const BasinReply = Envelope.extend({ basin: BasinSummary }).meta({ id: 'BasinReply' });
export type BasinReply = z.infer<typeof BasinReply>;

export const BasinOutline = feature(MultiPolygonGeometry, z.object({ basin: z.string() })).meta({
  id: 'BasinOutline',
  description: 'Edge of the active cells',
});
export type BasinOutline = z.infer<typeof BasinOutline>;

export const MeshCells = collection(
  feature(
    PolygonGeometry,
    z.object({
      cell: z.number().int().meta({ description: 'Index in the mesh, upstream first' }),
      zone: z.string().meta({ description: 'Station that names its sub-basin' }),
      upstreamAreaKm2: z.number(),
    }),
  ),
).meta({ id: 'MeshCells', description: 'Active cells of the mesh' });
export type MeshCells = z.infer<typeof MeshCells>;

export const RiverReaches = collection(
  feature(
    LineGeometry,
    z.object({ cell: z.number().int(), upstreamAreaKm2: z.number().meta({ description: 'At the upper end of the reach' }) }),
  ),
).meta({ id: 'RiverReaches', description: 'One line a cell, from its centre to the centre of the cell it drains into' });
export type RiverReaches = z.infer<typeof RiverReaches>;

/** GET /v1/basins/{basin}/map: GeoJSON, never changes while Freshet runs (ETag). */
export const BasinMap = Envelope.extend({ basin: z.string(), outline: BasinOutline, cells: MeshCells, rivers: RiverReaches }).meta({
  id: 'BasinMap',
  description: 'Mesh and rivers as GeoJSON in WGS84',
});
export type BasinMap = z.infer<typeof BasinMap>;
