import { VARIABLES, type VariableId } from '#hydrology';
import { Fault } from '#errors';
import type { KernelLayout } from '#kernel';
import { correctionWeights } from './correction-weights.js';
import { evaluateNetwork } from './dense-network.js';
import { applyStandard, rangedOf, type StandardDescriptor } from './descriptors.js';
import type { Fields } from './mapping.js';
import type { ParameterCoefficients, ParameterFile } from './parameter-file.js';
import { exponentialStoreShift, stepFactor } from './rescale.js';
import { sigmoid } from './sigmoid.js';

/** What of a domain a parameter file depends on. */
export interface ParameterSupport {
  readonly meshHash: string;
  readonly descriptors: ReadonlyMap<string, Float64Array>;
}

/**
 * The arrays of a run from a parameter file, in the kernel's layout and at its step: coefficients that depend on the
 * step are rescaled, with their ranges. States that the file does not name (channels) start at the register's default.
 *
 * @throws Fault PARAMETERS_INVALID when the file was made for another structure, routing, mesh or set of descriptors.
 */
export function parameterFields(file: ParameterFile, support: ParameterSupport, layout: KernelLayout): Fields {
  checkFits(file, support, layout);
  const { cellCount, parameters: ids, states } = layout;
  const change = { fromSeconds: file.stepSeconds, toSeconds: layout.stepSeconds, parameters: ids };
  const parameters = new Float64Array(ids.length * cellCount);
  ids.forEach((id, k) => {
    const values = valuesOf(id, file, { support, layout });
    const factor = stepFactor(id, change);
    for (let cell = 0; cell < cellCount; cell++) parameters[k * cellCount + cell] = values[cell]! * factor;
  });
  const initialState = new Float64Array(states.length * cellCount);
  states.forEach((id, k) => {
    const fitted = file.initialState.values[id];
    const values = new Float64Array(cellCount).fill(typeof fitted === 'number' ? fitted * stepFactor(id, change) : VARIABLES[id].default);
    initialState.set(typeof fitted === 'object' ? fitted.map(value => value * stepFactor(id, change)) : values, k * cellCount);
    if (id !== 'he') return;
    const be = ids.indexOf('be') * cellCount;
    for (let cell = 0; cell < cellCount; cell++)
      initialState[k * cellCount + cell]! += exponentialStoreShift(parameters[be + cell]!, change);
  });
  const weights = correctionWeights(file, layout);
  return { parameters, initialState, ...(weights && { weights }) };
}

/** The capacity comes from the forcing, imperviousness from its map, the rest from the fit. */
function valuesOf(id: VariableId, file: ParameterFile, { support, layout }: { support: ParameterSupport; layout: KernelLayout }) {
  if (id === 'ci') return capacityAt(file, layout.stepSeconds);
  if (id === 'imperviousness') return imperviousnessOf(support.descriptors, layout.structure);
  return parameterValues(file, id, { descriptors: support.descriptors, cellCount: layout.cellCount });
}

/** The descriptor `imperviousness`, the sealed share of each cell. @throws Fault PARAMETERS_INVALID without it or outside [0, 1]. */
export function imperviousnessOf(descriptors: ParameterSupport['descriptors'], structure: string): Float64Array {
  const field = descriptors.get('imperviousness');
  if (field === undefined)
    throw new Fault('PARAMETERS_INVALID', `${structure} needs the descriptor imperviousness, and the domain has none`, { structure });
  const cell = field.findIndex(value => !(value >= 0 && value <= 1));
  if (cell >= 0)
    throw new Fault('PARAMETERS_INVALID', `the descriptor imperviousness is ${field[cell]!} in cell ${cell}; a share is 0 to 1`, { cell });
  return field;
}

function checkFits(file: ParameterFile, { meshHash }: ParameterSupport, layout: KernelLayout): void {
  const wrong = [
    ...differs('structure', file.structure, layout.structure),
    ...differs('routing', file.routing, layout.routing),
    ...differs('reach length', file.reachLength ?? 'cell', layout.reachLength ?? 'cell'),
    ...differs('cells', file.mesh.cellCount, layout.cellCount),
    ...differs('mesh', file.mesh.hash, meshHash),
  ];
  if (wrong.length > 0)
    throw new Fault('PARAMETERS_INVALID', `the parameters were made for something else: ${wrong.join(', ')}`, { wrong });
}

const differs = (what: string, made: string | number, asked: string | number): string[] =>
  made === asked ? [] : [`${what} ${made}, not ${asked}`];

function find(file: MappedParameters, id: string): ParameterCoefficients {
  const found = file.parameters.find(parameter => parameter.id === id);
  if (found === undefined) throw new Fault('PARAMETERS_INVALID', `the parameter file has no ${id}`, { parameter: id });
  return found;
}

/** The capacity searched at this step; else that of the nearest step, by ratio. */
function capacityAt({ interception }: ParameterFile, stepSeconds: number): readonly number[] {
  const distance = (step: number): number => Math.abs(Math.log(step / stepSeconds));
  const [nearest] = [...interception].sort((a, b) => distance(a.stepSeconds) - distance(b.stepSeconds));
  if (nearest === undefined)
    throw new Fault('PARAMETERS_INVALID', 'the parameter file has no interception capacity (ci)', { parameter: 'ci' });
  return nearest.capacity;
}

/** Of a parameter file, what gives a value to a cell. */
export type MappedParameters = Pick<ParameterFile, 'descriptors' | 'parameters' | 'network'>;

/**
 * A parameter for every set of descriptors, in the unit of the register at the file's step: of the cells of a mesh, or anywhere else a mapping is asked.
 * @throws Fault PARAMETERS_INVALID when the file has no such parameter, or needs a descriptor that is not there.
 */
export function parameterValues(
  file: MappedParameters,
  id: string,
  { descriptors: fields, cellCount }: { descriptors: ParameterSupport['descriptors']; cellCount: number },
): ArrayLike<number> {
  const parameter = find(file, id);
  if (parameter.form === 'uniform') return new Float64Array(cellCount).fill(parameter.value);
  if (parameter.form === 'cells') return parameter.values;
  const descriptors = file.descriptors.map(by => {
    const field = fields.get(by.name);
    if (field === undefined) throw new Fault('PARAMETERS_INVALID', `the domain has no descriptor ${by.name}`, { descriptor: by.name });
    return applyStandard({ ...by, minimum: by.minimum ?? NaN, maximum: by.maximum ?? NaN }, field);
  });
  const range = { lower: parameter.lower, upper: parameter.upper };
  return predictorOf(file, parameter, descriptors).map(z => sigmoid(z, range));
}

type Mapped = Exclude<ParameterCoefficients, { readonly form: 'uniform' | 'cells' }>;

/** z on each cell. */
function predictorOf(file: MappedParameters, parameter: Mapped, descriptors: readonly StandardDescriptor[]): Float64Array {
  if (parameter.form === 'ann')
    return evaluateNetwork(
      file.network!,
      descriptors.map(({ values }) => values),
    )[parameter.output]!;
  const terms =
    parameter.form === 'multilinear'
      ? descriptors.map(({ values }, d) => values.map(value => parameter.slopes[d]! * value))
      : descriptors.map((each, d) => rangedOf(each).shares.map(share => parameter.factors[d]! * share ** parameter.exponents[d]!));
  return new Float64Array(descriptors[0]!.values.length).map((_, cell) =>
    terms.reduce((sum, term) => sum + term[cell]!, parameter.intercept),
  );
}
