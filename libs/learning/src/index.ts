export {
  calibrate,
  CALIBRATION_SETTINGS,
  type Calibration,
  type CalibrationProblem,
  type CalibrationProgress,
  type CalibrationSettings,
} from './calibrate.js';
export { standardize, type StandardDescriptor } from './descriptors.js';
export { interceptionCapacity, type DemandAndSupply } from './interception-capacity.js';
export type { Fields, Mapping } from './mapping.js';
export { nseCost, type Target } from './nse-cost.js';
export { imperviousnessOf, parameterFields, type ParameterSupport } from './parameter-fields.js';
export { formatParameterFile, PARAMETER_FORMAT, parseParameterFile, type ParameterFile } from './parameter-file.js';
export { HOURLY_PRIORS, type Prior } from './prior.js';
export { stepFactor } from './rescale.js';
