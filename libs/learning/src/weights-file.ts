import { z } from 'zod';
import { Fault } from '#errors';
import type { KernelLayout } from '#kernel';
import { correctionWeights } from './correction-weights.js';

export const WEIGHTS_FORMAT = 'freshet-weights/1';

const schema = z.strictObject({
  format: z.literal(WEIGHTS_FORMAT),
  /** They are the network's inside the step of this structure. */
  structure: z.string(),
  stepSeconds: z.number().positive(),
  hidden: z.array(z.int().positive()).min(1),
  /** Layer by layer the matrix [output × inputs + input], then the biases. */
  weights: z.array(z.number()).min(1),
  /** How they came about. */
  training: z.strictObject({
    basin: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    samples: z.int().positive(),
    seed: z.int(),
    iterations: z.int().nonnegative(),
    loss: z.number(),
    /** R² of each flux on held-out samples. */
    heldOut: z.record(z.string(), z.number()),
    /** h/mm, of the rain intensity in the laws. */
    intensity: z.strictObject({ alpha1: z.number(), alpha2: z.number() }).optional(),
  }),
  versions: z.record(z.string(), z.string()),
});

/** Weights of a network inside the step, trained before any discharge was seen. */
export type WeightsFile = z.infer<typeof schema>;

export const formatWeightsFile = (file: WeightsFile): string => `${JSON.stringify(file)}\n`;

/** @throws Fault PARAMETERS_INVALID naming the file and what is wrong with it. */
export function parseWeightsFile(text: string, source: string): WeightsFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Fault('PARAMETERS_INVALID', `${source} is no JSON`, { file: source }, { cause });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new Fault('PARAMETERS_INVALID', `${source}: ${issue.path.join('.')} ${issue.message}: make it by freshet pretrain`, {
    file: source,
  });
}

/**
 * The weights for a kernel, at its step.
 * @throws Fault PARAMETERS_INVALID for weights of another structure or size.
 */
export function pretrainedWeights({ structure, hidden, weights, stepSeconds }: WeightsFile, layout: KernelLayout): Float64Array {
  if (structure !== layout.structure)
    throw new Fault('PARAMETERS_INVALID', `the weights are of ${structure}, not of ${layout.structure}: choose --structure ${structure}`);
  return correctionWeights({ stepSeconds, correction: { hidden, weights } }, layout)!;
}
