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
export { calibrationCost, type CostTerm } from './calibration-cost.js';
export { efficiencyCost, NSE, nseCost, type Criterion, type Efficiency, type Target, type Transform } from './costs.js';
export { scaleOf, standardize, type DescriptorScale, type StandardDescriptor } from './descriptors.js';
export { interceptionCapacity, type DemandAndSupply } from './interception-capacity.js';
export { L_CURVE_WEIGHTS, type LCurvePoint } from './l-curve.js';
export { type SpatialCorrelation } from './maps/correlated-map.js';
export { MAP_KINDS, type MapKind } from './maps/field-map.js';
export type { Fields, Mapping } from './mapping.js';
export { correctionResponse } from './correction-response.js';
export { imperviousnessOf, parameterFields, parameterValues, type MappedParameters, type ParameterSupport } from './parameter-fields.js';
export { formatParameterFile, PARAMETER_FORMAT, parseParameterFile, type FittedParameters, type ParameterFile } from './parameter-file.js';
export {
  formatMemberFile,
  forecastOfMember,
  MEMBER_FORMAT,
  parseMemberFile,
  type ForecastMember,
  type MemberFile,
  type MemberForecast,
} from './members/forecast-member.js';
export { MEMBER_KINDS, type MemberKind, type StationScale } from './members/member-features.js';
export { ERROR_LEADS_H, LEAD_HOURS, PAST_HOURS, type MemberInputs, type StationInputs } from './members/member-inputs.js';
export { scalesOf, trainingRows, withoutNewest, type ObservedAt, type TrainingRows } from './members/training-cases.js';
export { HOURLY_PRIORS, type Prior } from './prior.js';
export { evaluateStepNetwork } from './reservoirs/evaluate-step-network.js';
export {
  FLUX_NAMES,
  pretrainReservoirs,
  type FluxName,
  type Pretraining,
  type PretrainingProblem,
} from './reservoirs/pretrain-reservoirs.js';
export { sampleReservoirs, type RecordedForcing } from './reservoirs/reservoir-samples.js';
export { stepFactor } from './rescale.js';
export { inverseSigmoid, sigmoid } from './sigmoid.js';
export { unfittedParameters, type UnfittedBasin } from './unfitted-parameters.js';
export { drawHeldOut } from './training/draw-batches.js';
export { mapBasins, sampleCoefficients, sampleMapping, samplePrior, type SampleChoice, type SampleMapping } from './training/map-basins.js';
export { controlAt, train, type TrainingEnd, type TrainingProgress } from './training/train.js';
export { newTraining, type Training, type TrainingSettings } from './training/training-state.js';
export type { BasinGround, BasinTask, SampleBasin, TrainingGround, WindowGradient, WindowTask } from './training/training-ground.js';
export { signatureEvents, type EventTarget, type Signature, type SignatureCriterion } from './signature-cost.js';
export { openTensorFlow, type TensorFlow } from './tensorflow/open-tensorflow.js';
export { requireTrainable } from './tensorflow/require-trainable.js';
export { trainMember, type MemberTraining, type TrainedMember } from './tensorflow/train-member.js';
export { formatWeightsFile, parseWeightsFile, pretrainedWeights, WEIGHTS_FORMAT, type WeightsFile } from './weights-file.js';
