import type { Cost } from '#kernel';
import { separateBaseflow, type FloodEvent } from '#verification';
import type { Target } from './costs.js';

/** Of a flood event (Huynh et al. 2023): eff is the mean quick flow, epf the highest discharge. */
export type Signature = 'eff' | 'epf';

/** One term of a cost: weight · mean over the events of (signature simulated/observed − 1)². */
export interface SignatureCriterion {
  readonly signature: Signature;
  readonly weight: number;
}

/** A target with the flood events of each of its stations, in the order of `stations`. */
export interface EventTarget extends Target {
  readonly events: readonly (readonly FloodEvent[])[];
}

/**
 * Σ weight·(relative error of a signature)², averaged over the events of a gauge, then over the gauges with their weights; with its derivative by
 * the discharge. An event is its observed stamps: gaps, warm-up and what lies outside the fitted period count nowhere. A gauge without
 * an event that has the signature adds nothing.
 */
export function signatureCost(target: EventTarget, criteria: readonly SignatureCriterion[]): Cost {
  const given = target.weights ?? target.stations.map(() => 1);
  const total = given.reduce((sum, weight) => sum + weight, 0);
  const terms = criteria.flatMap(criterion =>
    target.stations.flatMap((station, k) => termsOf(target, { station, k, criterion, share: given[k]! / total })),
  );
  return (discharge, adjoint) => {
    adjoint.fill(0);
    return terms.reduce((cost, term) => cost + addTerm(term, discharge, adjoint), 0);
  };
}

/** Events of a gauge whose observed signature is there to be met. */
export const signatureEvents = (signature: Signature, observed: ArrayLike<number>, events: readonly FloodEvent[]): number =>
  events.filter(event => observedSignature(signature, stampsOf(event, observed), observed) > 0).length;

interface Place {
  readonly station: number;
  readonly k: number;
  readonly criterion: SignatureCriterion;
  readonly share: number;
}

interface Term {
  readonly signature: Signature;
  /** Indices into the discharge of all stations. */
  readonly at: readonly number[];
  readonly observed: number;
  readonly weight: number;
}

function termsOf({ observed, steps, events }: EventTarget, { station, k, criterion, share }: Place): Term[] {
  const first = station * steps;
  const row = observed.subarray(first, first + steps);
  const known = events[k]!.map(event => stampsOf(event, row))
    .map(stamps => ({ stamps, value: observedSignature(criterion.signature, stamps, row) }))
    .filter(({ value }) => value > 0);
  const weight = (criterion.weight * share) / known.length;
  return known.map(({ stamps, value }) => ({
    ...{ signature: criterion.signature, weight, observed: value },
    at: stamps.map(step => first + step),
  }));
}

const stampsOf = ({ start, end }: FloodEvent, observed: ArrayLike<number>): number[] =>
  Array.from({ length: end - start + 1 }, (_, k) => start + k).filter(step => Number.isFinite(observed[step]));

const observedSignature = (signature: Signature, stamps: readonly number[], observed: ArrayLike<number>): number =>
  stamps.length === 0 ? NaN : SIGNATURES[signature](Float64Array.from(stamps, step => observed[step]!)).value;

function addTerm({ signature, at, observed, weight }: Term, discharge: Float64Array, adjoint: Float64Array): number {
  const { value, slopes } = SIGNATURES[signature](Float64Array.from(at, i => discharge[i]!));
  const error = value / observed - 1;
  at.forEach((i, k) => (adjoint[i] = adjoint[i]! + ((2 * weight * error) / observed) * slopes[k]!));
  return weight * error * error;
}

/** A signature of the discharge of an event, and its derivative by each value. */
interface SignatureValue {
  readonly value: number;
  readonly slopes: Float64Array;
}

const SIGNATURES: Readonly<Record<Signature, (discharge: Float64Array) => SignatureValue>> = {
  eff: discharge => {
    const { slow, pullBack } = separateBaseflow(discharge);
    const share = 1 / discharge.length;
    const value = share * discharge.reduce((sum, flow, k) => sum + flow - slow[k]!, 0);
    return { value, slopes: pullBack(new Float64Array(discharge.length).fill(-share)).map(slope => slope + share) };
  },
  /** Where two values are the highest, the first gives way: a minimiser meets that nowhere but by chance. */
  epf: discharge => {
    const peak = discharge.reduce((best, flow, k) => (flow > discharge[best]! ? k : best), 0);
    const slopes = new Float64Array(discharge.length);
    slopes[peak] = 1;
    return { value: discharge.some(Number.isNaN) ? NaN : discharge[peak]!, slopes };
  },
};
