import { Fault } from '#errors';
import type { KernelLayout } from '#kernel';
import type { ParameterFile } from './parameter-file.js';
import { stepFactor } from './rescale.js';

/**
 * The weights of the network inside the step, at the kernel's step, or none for a structure without one. The network keeps seeing what it
 * was trained on: depths per step and stores that scale with the step are brought back to the file's step by the first layer, so a correction is the
 * same share of a flux at any step.
 *
 * @throws Fault PARAMETERS_INVALID for weights of another structure or size.
 */
export function correctionWeights(
  { correction, stepSeconds }: Pick<ParameterFile, 'correction' | 'stepSeconds'>,
  layout: KernelLayout,
): Float64Array | undefined {
  const { network, structure } = layout;
  if (network === undefined && correction === undefined) return undefined;
  if (network === undefined) throw invalid(`${structure} has no network, and the parameters bring weights of one`);
  if (correction === undefined)
    throw invalid(`${structure} has a network, and the parameters bring no weights: fit them with freshet calibrate`);
  const asked = `[${network.hidden.join(', ')}]`;
  if (correction.hidden.join() !== network.hidden.join())
    throw invalid(`the weights are of hidden layers [${correction.hidden.join(', ')}], not ${asked}`);
  if (correction.weights.length !== network.weightCount)
    throw invalid(`${correction.weights.length} weights, and ${structure} with hidden layers ${asked} has ${network.weightCount}`);
  const weights = Float64Array.from(correction.weights);
  const change = { fromSeconds: stepSeconds, toSeconds: layout.stepSeconds, parameters: layout.parameters };
  const back = network.inputs.map(input => (DEPTHS.includes(input) ? stepSeconds / layout.stepSeconds : 1 / stepFactor(input, change)));
  for (let k = 0; k < network.inputs.length * network.hidden[0]!; k++) weights[k] = weights[k]! * back[k % back.length]!;
  return weights;
}

/** Inputs that are mm per step. */
const DEPTHS: readonly string[] = ['pn', 'en'];

const invalid = (message: string): Fault => new Fault('PARAMETERS_INVALID', message);
