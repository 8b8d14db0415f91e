import { quantile } from '#hydrology';

/** Share of the last step's quick flow that remains (Lyne and Hollick 1979, hourly). */
const MEMORY = 0.925;

/**
 * Slow part of a discharge series without gaps: the recursive filter of Lyne and Hollick (1979) passed forward, backward and forward again. It
 * never exceeds the discharge.
 */
export function baseflow(discharge: ArrayLike<number>): Float64Array {
  const q = Float64Array.from(discharge);
  if (q.length === 0) return q;
  const low = quantile(q, 0.25);
  const forward = pass(q, q[0]! < low ? q[0]! : average(q) / 1.5);
  const backward = pass(forward.slice().reverse(), restart(forward)).reverse();
  return pass(backward, restart(backward.slice().reverse()));
}

function pass(x: Float64Array, first: number): Float64Array {
  const slow = new Float64Array(x.length);
  let [before, slowBefore] = [x[0]!, first];
  for (let i = 0; i < x.length; i++) {
    slow[i] = Math.min(x[i]!, MEMORY * slowBefore + ((1 - MEMORY) / 2) * (x[i]! + before));
    [before, slowBefore] = [x[i]!, slow[i]!];
  }
  return slow;
}

/** Where the next pass starts from, at the end of the last one. */
function restart(slow: Float64Array): number {
  const [last, mean] = [slow.at(-1)!, average(slow)];
  return last < mean ? last / 1.2 : mean;
}

const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
