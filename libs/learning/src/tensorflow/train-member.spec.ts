import { describe, expect, it } from '@jest/globals';
import { evaluateLstm } from '../members/lstm-network.js';
import { MEMBER_KINDS, type MemberKind } from '../members/member-features.js';
import { LEAD_HOURS, PAST_HOURS } from '../members/member-inputs.js';
import { madeUpCases, madeUpObserved } from '../members/test-inputs.js';
import { scalesOf, trainingRows, withoutNewest, type TrainingRows } from '../members/training-cases.js';
import { openTensorFlow } from './open-tensorflow.js';
import { trainMember, type TrainedMember } from './train-member.js';

const tensorflow = await openTensorFlow('wasm');
const CASES = madeUpCases(48);
const SCALES = scalesOf(CASES, madeUpObserved);

const rowsOf = (kind: MemberKind): [TrainingRows, TrainingRows] => [
  trainingRows(kind, CASES, SCALES, madeUpObserved),
  trainingRows(kind, CASES.map(withoutNewest), SCALES, madeUpObserved),
];

function train(kind: MemberKind, change: { seed?: number; epochs?: number; rate?: number } = {}): TrainedMember {
  return trainMember(tensorflow, ...rowsOf(kind), { units: 6, epochs: 10, rate: 0.05, decay: 0, seed: 1, ...change });
}

/** Mean square error of the rows by the plain evaluation of a network. */
function lossOf({ network }: TrainedMember, { features, wanted, weight, outputs }: TrainingRows): number {
  let [sum, count] = [0, 0];
  features.forEach((sequence, row) => {
    const output = evaluateLstm(network, sequence).subarray(PAST_HOURS * outputs);
    for (let k = 0; k < LEAD_HOURS * outputs; k++) {
      sum += weight[row]![k]! * (output[k]! - wanted[row]![k]!) ** 2;
      count += weight[row]![k]!;
    }
  });
  return sum / count;
}

describe('trainMember', () => {
  it.each(MEMBER_KINDS)('%s learns what is wrong with its base, and the plain evaluation computes what TensorFlow.js does', kind => {
    const before = tensorflow.core.memory().numTensors;
    const trained = train(kind);
    expect(trained.lossAfter).toBeLessThan(0.7 * trained.lossBefore);
    expect(lossOf(trained, rowsOf(kind)[0])).toBeCloseTo(trained.lossAfter, 5);
    expect(tensorflow.core.memory().numTensors).toBe(before);
  });

  it('gives the same weights for the same seed, and others for another', () => {
    const [first, again, other] = [1, 1, 2].map(seed => train('lstm', { seed, epochs: 2 }).network);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('does not fit what nobody observed', () => {
    const rows = trainingRows('lstm', CASES, SCALES, () => Number.NaN);
    const { lossBefore, lossAfter, network } = trainMember(tensorflow, rows, rows, { units: 3, epochs: 2, rate: 0.02, decay: 0, seed: 1 });
    expect([lossBefore, lossAfter]).toEqual([0, 0]);
    expect(network.outputKernel.every(weight => weight === 0)).toBe(true);
  });

  it('stops when the loss is not finite', () => {
    expect(() => train('lstm', { rate: 1e30 })).toThrow(/not finite in epoch \d+; the rate 1e\+30 is too large/);
  });
});
