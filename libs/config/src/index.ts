export type * from './loaded-domain.js';
export { DomainYaml, type DomainSettings } from './domain-schema.js';
export type { AskingSettings, BucketSettings, NotificationSettings } from './arrival-settings.js';
export { formOf, type DownloadSettings } from './download-settings.js';
export { fillTime, namePattern, type NamePattern } from './time-words.js';
export {
  arrivalsOf,
  forecastFolder,
  hasRainGauges,
  isForecastSource,
  isRainSource,
  isTemperatureSource,
  pathFrom,
  type GaugeKind,
  type GaugeSettings,
  LiveSource,
  type RainFolderSettings,
  type RainKind,
} from './live-sources.js';
export { Duration, parseDuration } from './duration.js';
export { loadDomain } from './load-domain.js';
export { readSmashMesh, readSmashWindow, type SmashWindow } from './smash-window.js';
export { rasterOf, writeDomain, writeGauged, type BasinRaster, type NewDomain } from './write-domain.js';
export { writeGeoTiff } from './raster.js';
export { readRainFile, writeRainFile, type RainRecord } from './rain-file.js';
export { readPetFile, type PetRecord } from './pet-file.js';
export { importSmash, type ImportOptions, type ImportSummary } from './import-smash.js';
export { requireForecastable, requireGauges, requireRecord } from './require-gauges.js';
export { domainYamlText, type DomainWords } from './domain-yaml-text.js';
export { GAUGE_KINDS, RAIN_KINDS } from './live-sources.js';
export { formatTable } from './table.js';
export { readGauges } from './read-gauges.js';
export { makeMesh, type MeshOptions, type MeshSummary } from './make-mesh.js';
export { fromLonLat, projectionOf, toLonLat, type Projection } from './projection.js';
export { gridVariables, writeNetCdf, type VariableDefinition } from './netcdf.js';
export { makeBasinModel, type BasinModelParts } from './basin-model.js';
export { AssimilationFile, ASSIMILATION_FORMAT, loadAssimilation } from './assimilation-file.js';
export { loadMembers, openMembers, withMembers } from './load-members.js';
export { ACCESS_MODES, type AccessMode, type AccessSettings, type OidcSettings } from './access-variables.js';
export { readEnvironment, ROLES, type Environment, type Role } from './environment.js';
