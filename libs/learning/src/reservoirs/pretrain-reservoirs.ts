import { normalNumbers } from '#hydrology';
import {
  grReservoirs,
  minimise,
  neuralReservoirs,
  reservoirInputs,
  type IntensityLaw,
  type NetworkLayout,
  type ReservoirStep,
} from '#kernel';
import { correctionPrior } from '../prior.js';
import type { TensorFlow } from '../tensorflow/open-tensorflow.js';
import { stepNetwork } from '../tensorflow/step-network.js';
import { evaluateStepNetwork } from './evaluate-step-network.js';
import { regressionLoss } from './regression-loss.js';

export interface PretrainingProblem {
  /** Of `neural_stores` or `neural_stores_ri`. */
  readonly network: NetworkLayout;
  readonly training: readonly ReservoirStep[];
  readonly heldOut: readonly ReservoirStep[];
  readonly law?: IntensityLaw;
  readonly iterations: number;
  /** Of the random weights it starts from. */
  readonly seed: number;
  readonly onProgress?: (iteration: number, loss: number) => void;
}

export interface Pretraining {
  /** In the kernel's order. */
  readonly weights: Float64Array;
  /** Loss after each iteration. */
  readonly losses: readonly number[];
  /** Coefficient of determination of each flux on the held-out steps, the step computed as the kernel computes it. */
  readonly heldOut: Readonly<Record<FluxName, number>>;
  readonly iterations: number;
}

export const FLUX_NAMES = ['ps', 'es', 'perc', 'l', 'routed', 'qr', 'qt'] as const;
export type FluxName = (typeof FLUX_NAMES)[number];

/** Pairs of L-BFGS: a regression is ill-conditioned and its steps are cheap. */
const MEMORY = 30;
/** In float32 a line search may end at a rounding; from there the next run starts with a memory of its own. */
const MOST_RUNS = 20;

/**
 * Regresses the network of neural reservoirs on the fluxes of the GR laws: a TensorFlow.js model, trained by L-BFGS on the gradients that TensorFlow.js
 * computes. Loss: mean over the fluxes of 1 − R², each flux with what the laws make of the step before it, plus a part for the shares φ themselves.
 *
 * @throws Fault COMMAND_INVALID where the samples have no rain or no demand.
 */
export function pretrainReservoirs(tensorflow: TensorFlow, problem: PretrainingProblem): Pretraining {
  const { network, iterations, onProgress } = problem;
  const sizes = { inputs: network.inputs.length, hidden: network.hidden, outputs: network.outputs.length };
  const model = stepNetwork(tensorflow, sizes);
  const loss = regressionLoss(tensorflow, model, problem);
  const losses: number[] = [];
  const evaluate = (weights: Float64Array, gradient: Float64Array): number => {
    model.load(weights);
    const { value, slopes } = loss.evaluate();
    gradient.set(slopes);
    return value;
  };
  let weights = firstWeights(problem, loss.meanRoots);
  for (let run = 0; run < MOST_RUNS && losses.length < iterations; run++) {
    const found = minimise(
      { start: weights, evaluate },
      {
        ...{ maxIterations: iterations - losses.length, maxEvaluations: 2 * iterations, memory: MEMORY, costTolerance: 0 },
        onIteration: ({ cost }) => {
          losses.push(cost);
          onProgress?.(losses.length, cost);
        },
      },
    );
    weights = found.x;
  }
  loss.dispose();
  model.model.dispose();
  return { weights, losses, iterations: losses.length, heldOut: determination(problem, weights) };
}

/** Random hidden layers, a small random last one, and its biases so that each φ is about its mean over the samples. */
function firstWeights({ network: { hidden, outputs, ...network }, seed }: PretrainingProblem, meanRoots: readonly number[]): Float64Array {
  const { mean, deviation } = correctionPrior({ hidden, outputs, ...network }, seed);
  const draw = normalNumbers(mean.length, seed + 1);
  const biases = mean.length - outputs.length;
  const last = biases - outputs.length * hidden.at(-1)!;
  return mean.map((value, i) => {
    if (i < last) return value;
    return i < biases ? 0.3 * deviation[i]! * draw[i]! : Math.atanh(2 * meanRoots[i - biases]! - 1);
  });
}

/** R² of every flux on the held-out steps. */
function determination({ heldOut, network, law }: PretrainingProblem, weights: Float64Array): Record<FluxName, number> {
  const outputs = evaluateStepNetwork(network, weights);
  const pairs = heldOut.map(step => {
    const seen = reservoirInputs(step);
    return { gr: grReservoirs(step, law), neural: neuralReservoirs(step, outputs(network.inputs.map(name => seen[name]!))) };
  });
  const entries = FLUX_NAMES.map(name => {
    const average = pairs.reduce((sum, { gr }) => sum + gr[name], 0) / pairs.length;
    const total = pairs.reduce((sum, { gr }) => sum + (gr[name] - average) ** 2, 0);
    return [name, 1 - pairs.reduce((sum, { gr, neural }) => sum + (gr[name] - neural[name]) ** 2, 0) / total] as const;
  });
  return Object.fromEntries(entries) as Record<FluxName, number>;
}
