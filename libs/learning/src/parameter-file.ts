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
  z.strictObject({ id: z.string(), form: z.literal('cells'), values: perCell }),
]);

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
  mapping: z.enum(['uniform', 'multilinear', 'cells']),
  /** θ = lower + (upper − lower)/(1 + exp(−(intercept + Σ slopeᵈ·(Dᵈ − meanᵈ)/deviationᵈ))). */
  descriptors: z.array(z.strictObject({ name: z.string(), mean: z.number(), deviation: z.number().positive() })),
  parameters: z.array(coefficients).min(1),
  interception: z.array(interception),
  initialState: z.strictObject({ time: instant, values: z.record(z.string(), z.number()) }),
  fit: z.strictObject({
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
  }),
  versions: z.record(z.string(), z.string()),
});

const schema = shape.superRefine((file, context) => {
  const expectLength = (path: (string | number)[], values: readonly number[], length: number): void => {
    if (values.length !== length) context.addIssue({ code: 'custom', path, message: `${values.length} values, not ${length}` });
  };
  file.parameters.forEach((parameter, k) => {
    if (parameter.form === 'multilinear') expectLength(['parameters', k, 'slopes'], parameter.slopes, file.descriptors.length);
    if (parameter.form === 'cells') expectLength(['parameters', k, 'values'], parameter.values, file.mesh.cellCount);
  });
  file.interception.forEach(({ capacity }, k) => {
    expectLength(['interception', k, 'capacity'], capacity, file.mesh.cellCount);
  });
});

/** A calibrated parameter set: what it is for, how it was fitted, and the numbers. Documented in docs/reference/parameter-file.md. */
export type ParameterFile = z.infer<typeof schema>;
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
