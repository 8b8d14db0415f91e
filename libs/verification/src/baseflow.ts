import { quantile } from '#hydrology';

/** Share of the last step's quick flow that remains (Lyne and Hollick 1979, hourly). */
const MEMORY = 0.925;

/**
 * Slow part of a discharge series without gaps: the recursive filter of Lyne and Hollick (1979) passed forward, backward and forward again. It
 * never exceeds the discharge.
 */
export const baseflow = (discharge: ArrayLike<number>): Float64Array => separateBaseflow(discharge).slow;

/** The slow part with what a cost needs to be derived through it. */
export interface BaseflowSeparation {
  readonly slow: Float64Array;
  /** ∂J/∂discharge from ∂J/∂slow. Where two branches of the filter meet, that of the branch taken. */
  readonly pullBack: (bySlow: ArrayLike<number>) => Float64Array;
}

/** `baseflow` and its adjoint. */
export function separateBaseflow(discharge: ArrayLike<number>): BaseflowSeparation {
  const q = Float64Array.from(discharge);
  if (q.length === 0) return { slow: q, pullBack: () => new Float64Array(0) };
  const dry = q[0]! < quantile(q, 0.25);
  const forward = pass(q, dry ? q[0]! : average(q) / 1.5);
  const backward = pass(forward.slow.toReversed(), restart(forward.slow));
  const again = pass(backward.slow.toReversed(), restart(backward.slow));
  const pullBack = (bySlow: ArrayLike<number>): Float64Array => {
    const third = pullBackPass(again, Float64Array.from(bySlow));
    const second = pullBackPass(backward, addRestart(third.byInput.toReversed(), backward.slow, third.byFirst));
    const first = pullBackPass(forward, addRestart(second.byInput.toReversed(), forward.slow, second.byFirst));
    if (!dry) return first.byInput.map(value => value + first.byFirst / (1.5 * q.length));
    first.byInput[0] = first.byInput[0]! + first.byFirst;
    return first.byInput;
  };
  return { slow: again.slow, pullBack };
}

interface Pass {
  readonly slow: Float64Array;
  /** Where the filter would exceed its input, and is the input instead. */
  readonly cut: Uint8Array;
}

function pass(x: Float64Array, first: number): Pass {
  const [slow, cut] = [new Float64Array(x.length), new Uint8Array(x.length)];
  let [before, slowBefore] = [x[0]!, first];
  for (let i = 0; i < x.length; i++) {
    const filtered = MEMORY * slowBefore + ((1 - MEMORY) / 2) * (x[i]! + before);
    cut[i] = filtered < x[i]! ? 0 : 1;
    slow[i] = Math.min(x[i]!, filtered);
    [before, slowBefore] = [x[i]!, slow[i]!];
  }
  return { slow, cut };
}

function pullBackPass({ cut }: Pass, bySlow: Float64Array): { readonly byInput: Float64Array; readonly byFirst: number } {
  const byInput = new Float64Array(bySlow.length);
  let byFirst = 0;
  for (let i = bySlow.length - 1; i >= 0; i--) {
    const slope = bySlow[i]! + byFirst;
    const share = cut[i] ? slope : ((1 - MEMORY) / 2) * slope;
    byInput[i] = byInput[i]! + share;
    if (!cut[i]) byInput[Math.max(0, i - 1)]! += share;
    byFirst = cut[i] ? 0 : MEMORY * slope;
  }
  return { byInput, byFirst };
}

/** Where the next pass starts from, at the end of the last one. */
function restart(slow: Float64Array): number {
  const [last, mean] = [slow.at(-1)!, average(slow)];
  return last < mean ? last / 1.2 : mean;
}

/** Adds what reaches a series through `restart`. */
function addRestart(bySlow: Float64Array, slow: Float64Array, byRestart: number): Float64Array {
  if (slow.at(-1)! >= average(slow)) return bySlow.map(value => value + byRestart / slow.length);
  bySlow[slow.length - 1]! += byRestart / 1.2;
  return bySlow;
}

const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
