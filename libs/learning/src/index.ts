export { adam, type AdamMinimum, type AdamOptions } from './adam.js';
export { type MappingChoice } from './build-mapping.js';
export {
  calibrate,
  calibrating,
  CALIBRATION_SETTINGS,
  type Calibration,
  type CalibrationProblem,
  type CalibrationProgress,
  type CalibrationSettings,
} from './calibrate.js';
export { efficiencyCost, NSE, nseCost, type Criterion, type Efficiency, type Target, type Transform } from './costs.js';
export { scaleOf, standardize, type DescriptorScale, type StandardDescriptor } from './descriptors.js';
export { interceptionCapacity, type DemandAndSupply } from './interception-capacity.js';
export { type SpatialCorrelation } from './maps/correlated-map.js';
export { MAP_KINDS, type MapKind } from './maps/field-map.js';
export type { Fields, Mapping } from './mapping.js';
export { imperviousnessOf, parameterFields, type ParameterSupport } from './parameter-fields.js';
export { formatParameterFile, PARAMETER_FORMAT, parseParameterFile, type ParameterFile } from './parameter-file.js';
export { HOURLY_PRIORS, type Prior } from './prior.js';
export { stepFactor } from './rescale.js';
export { inverseSigmoid, sigmoid } from './sigmoid.js';
export { openTensorFlow, type TensorFlow } from './tensorflow/open-tensorflow.js';
export { drawHeldOut } from './training/draw-batches.js';
export { mapBasins, sampleCoefficients, sampleMapping, samplePrior, type SampleChoice, type SampleMapping } from './training/map-basins.js';
export { controlAt, train, type TrainingEnd, type TrainingProgress } from './training/train.js';
export { newTraining, type Training, type TrainingSettings } from './training/training-state.js';
export type { BasinGround, BasinTask, SampleBasin, TrainingGround, WindowGradient, WindowTask } from './training/training-ground.js';
