export type * from './loaded-domain.js';
export { DomainYaml, type DomainSettings } from './domain-schema.js';
export { Duration, parseDuration } from './duration.js';
export { loadDomain } from './load-domain.js';
export { importSmash, type ImportOptions, type ImportSummary } from './import-smash.js';
export { projectionOf, toLonLat, type Projection } from './projection.js';
export { gridVariables, writeNetCdf, type VariableDefinition } from './netcdf.js';
export { makeBasinModel, type BasinModelParts } from './basin-model.js';
export { AssimilationFile, ASSIMILATION_FORMAT, loadAssimilation } from './assimilation-file.js';
