import { z } from 'zod';
import { Fault } from '#errors';

export const PARAMETER_FORMAT = 'freshet-parameters/1';

const instant = z.iso.datetime();
const perCell = z.array(z.number()).min(1);

/** A parameter as it was fitted, in the unit of the register at the file's step. */
const coefficients = z.discriminatedUnion('form', [
  z.strictObject({ id: z.string(), form: z.literal('uniform'), value: z.number() }),
  z.strictObject({
    id: z.string(),
    form: z.literal('multilinear'),
    lower: z.number(),
    upper: z.number(),
    intercept: z.number(),
    /** One a descriptor, in the order of `descriptors`. */
    slopes: z.array(z.number()),
  }),
  z.strictObject({
    id: z.string(),
    form: z.literal('multipower'),
    lower: z.number(),
    upper: z.number(),
    intercept: z.number(),
    factors: z.array(z.number()),
    exponents: z.array(z.number()),
  }),
  z.strictObject({ id: z.string(), form: z.literal('ann'), lower: z.number(), upper: z.number(), output: z.int().nonnegative() }),
  z.strictObject({ id: z.string(), form: z.literal('cells'), values: perCell }),
]);

const denseLayer = z.strictObject({
  activation: z.enum(['tanh', 'linear']),
  /** [input × outputs + output] */
  kernel: z.array(z.number()).min(1),
  bias: z.array(z.number()).min(1),
});

/** θ = lower + (upper − lower)/(1 + e^−z), z the output of dense layers over the standardised descriptors plus that of the layer beside them. */
const network = z.strictObject({ layers: z.array(denseLayer).min(1), beside: denseLayer });

/** The network inside the step, of a structure that has one. */
const correction = z.strictObject({
  hidden: z.array(z.int().positive()).min(1),
  /** Layer by layer the matrix [output × inputs + input], then the biases, at the file's step. */
  weights: z.array(z.number()).min(1),
});

const descriptor = z.strictObject({
  name: z.string(),
  mean: z.number(),
  deviation: z.number().positive(),
  /** Range over the cells, from which a multi-power map takes 0 to 1. */
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

const interception = z.strictObject({
  /** The step whose forcing the capacity was searched with. */
  stepSeconds: z.number().positive(),
  from: instant,
  to: instant,
  /** mm, one a cell in mesh order. */
  capacity: perCell,
});

const shape = z.strictObject({
  format: z.literal(PARAMETER_FORMAT),
  basin: z.string(),
  structure: z.string(),
  routing: z.string(),
  /** How long a reach was in the fit; absent: the cell's x size. */
  reachLength: z.enum(['cell', 'link']).optional(),
  stepSeconds: z.number().positive(),
  mesh: z.strictObject({ hash: z.string(), cellCount: z.int().positive() }),
  mapping: z.enum(['uniform', 'distributed', 'multilinear', 'multipower', 'ann', 'mixed', 'cells']),
  /** θ = lower + (upper − lower)/(1 + exp(−(intercept + Σ slopeᵈ·(Dᵈ − meanᵈ)/deviationᵈ))). */
  descriptors: z.array(descriptor),
  parameters: z.array(coefficients).min(1),
  network: network.optional(),
  correction: correction.optional(),
  interception: z.array(interception),
  initialState: z.strictObject({ time: instant, values: z.record(z.string(), z.union([z.number(), perCell])) }),
  /** Absent: nothing was fitted, the values are what is usual elsewhere. */
  fit: z
    .strictObject({
      from: instant,
      to: instant,
      warmUpFrom: instant,
      gauges: z.array(z.string()).min(1),
      objective: z.string(),
      cost: z.number(),
      nse: z.record(z.string(), z.number()),
      iterations: z.int().nonnegative(),
      evaluations: z.int().nonnegative(),
      stoppedBy: z.string(),
      optimizer: z.enum(['lbfgsb', 'adam']).optional(),
      /** Of the random weights that a network started with. */
      seed: z.int().optional(),
      /** Weight of the background term, and of the network's. */
      priorWeight: z.number().optional(),
      networkWeight: z.number().optional(),
      /** The fits among whose weights that of the background term was chosen, from heavy to light. */
      lCurve: z.array(z.strictObject({ weight: z.number(), misfit: z.number(), background: z.number() })).optional(),
      /** Factors by which the priors' deviations were changed, by id. */
      scales: z.record(z.string(), z.number().positive()).optional(),
      /** Of the gauges in the cost, in their order; equal where absent. */
      gaugeWeights: z.array(z.number()).optional(),
      /** Distance over which distributed parameters correlate, m. */
      correlationLength: z.number().optional(),
    })
    .optional(),
  versions: z.record(z.string(), z.string()),
});

const schema = shape.superRefine((file, context) => {
  const report = (path: (string | number)[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  const expectLength = (path: (string | number)[], values: readonly unknown[], length: number): void => {
    if (values.length !== length) report(path, `${values.length} values, not ${length}`);
  };
  const described = file.descriptors.length;
  file.parameters.forEach((parameter, k) => {
    if (parameter.form === 'multilinear') expectLength(['parameters', k, 'slopes'], parameter.slopes, described);
    if (parameter.form === 'multipower') expectLength(['parameters', k, 'factors'], parameter.factors, described);
    if (parameter.form === 'multipower') expectLength(['parameters', k, 'exponents'], parameter.exponents, described);
    if (parameter.form === 'cells') expectLength(['parameters', k, 'values'], parameter.values, file.mesh.cellCount);
    if (parameter.form === 'ann' && parameter.output >= (file.network?.beside.bias.length ?? 0))
      report(['parameters', k, 'output'], 'the network has no such output');
  });
  const ranged = file.descriptors.every(({ minimum, maximum }) => minimum !== undefined && maximum !== undefined && minimum < maximum);
  if (!ranged && file.parameters.some(({ form }) => form === 'multipower'))
    report(['descriptors'], 'a multi-power map needs minimum and maximum of each');
  file.network?.layers.forEach(({ kernel, bias }, l) => {
    const inputs = l === 0 ? described : file.network!.layers[l - 1]!.bias.length;
    expectLength(['network', 'layers', l, 'kernel'], kernel, inputs * bias.length);
  });
  if (file.network) {
    const { layers, beside } = file.network;
    expectLength(['network', 'beside', 'kernel'], beside.kernel, described * beside.bias.length);
    expectLength(['network', 'beside', 'bias'], beside.bias, layers.at(-1)!.bias.length);
  }
  Object.entries(file.initialState.values).forEach(([id, values]) => {
    if (typeof values !== 'number') expectLength(['initialState', 'values', id], values, file.mesh.cellCount);
  });
  file.interception.forEach(({ capacity }, k) => {
    expectLength(['interception', k, 'capacity'], capacity, file.mesh.cellCount);
  });
});

/** A calibrated parameter set: what it is for, how it was fitted, and the numbers. Documented in docs/reference/parameter-file.md. */
export type ParameterFile = z.infer<typeof schema>;
/** One that was fitted. */
export type FittedParameters = ParameterFile & { readonly fit: NonNullable<ParameterFile['fit']> };
export type ParameterCoefficients = ParameterFile['parameters'][number];

/**
 * Reads a parameter file.
 * @throws Fault PARAMETERS_INVALID naming the file and every mistake in it.
 */
export function parseParameterFile(text: string, name: string): ParameterFile {
  const parsed = schema.safeParse(readJson(text, name));
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(issue => `${issue.path.join('.') || '(file)'}: ${issue.message}`);
  throw new Fault('PARAMETERS_INVALID', `${name} is not a parameter file: ${mistakes.join('; ')}`, { file: name, mistakes });
}

/** Readable JSON: objects indented, lists of numbers on one line. */
export function formatParameterFile(file: ParameterFile): string {
  const text = JSON.stringify(schema.parse(file), null, 2);
  return `${text.replace(/\[[-+\d.eE,\s]*\]/g, list => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`;
}

function readJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault('PARAMETERS_INVALID', `${name} is not JSON: ${(error as Error).message}`, { file: name }, { cause: error });
  }
}
