import { describe, expect, it } from '@jest/globals';
import type { KernelLayout } from '#kernel';
import { openTensorFlow } from '../tensorflow/open-tensorflow.js';
import { HOURLY_PRIORS } from '../prior.js';
import { mapBasins, sampleMapping, samplePrior } from './map-basins.js';
import { controlAt, train, type TrainingEnd } from './train.js';
import type { BasinGround, TrainingGround } from './training-ground.js';

const layout: KernelLayout = {
  ...{ structure: 'toy', routing: 'none', states: [], parameters: ['ci', 'cp', 'ct'], cellCount: 1, stationCount: 1 },
  ...{ stepSeconds: 3600, precision: 'f64' },
};
const scales = [
  { name: 'a', mean: 0, deviation: 1, minimum: -2, maximum: 2 },
  { name: 'b', mean: 1, deviation: 2, minimum: -2, maximum: 2 },
];
const basin = (k: number): BasinGround => {
  const cellCount = 2 + (k % 3);
  const field = (frequency: number): Float64Array =>
    Float64Array.from({ length: cellCount }, (_, cell) => 1.5 * Math.sin(frequency * (k + 0.2 * cell)));
  const base = { parameters: new Float64Array(3 * cellCount).fill(0.5), initialState: new Float64Array(0) };
  return { cellCount, descriptors: [field(1.3), field(2.1)], base };
};
const truth = (a: number, b: number): readonly [cp: number, ct: number] => [300 + 100 * Math.tanh(a) + 40 * a * b, 150 + 40 * b];

/** A window's loss is the mean over the cells of the relative errors of both parameters: all that the loop needs of a model. */
function toyGround({ heldOut = [5, 11], breakAt = Infinity } = {}): TrainingGround & { readonly calls: number[][] } {
  const basins = Array.from({ length: 12 }, (_, k) => ({ id: `b${k}`, windows: 1 + (k % 2), heldOut: heldOut.includes(k) }));
  const calls: number[][] = [];
  const lossOf = (k: number, parameters: Float64Array): { loss: number; slopes: Float64Array } => {
    const { cellCount, descriptors } = basin(k);
    const slopes = new Float64Array(parameters.length);
    let loss = 0;
    for (let cell = 0; cell < cellCount; cell++) {
      truth(descriptors[0]![cell]!, descriptors[1]![cell]!).forEach((value, p) => {
        const at = (1 + p) * cellCount + cell;
        const error = (parameters[at]! - value) / value;
        loss += error ** 2 / cellCount;
        slopes[at] = (2 * error) / value / cellCount;
      });
    }
    return { loss, slopes };
  };
  return {
    basins,
    calls,
    describe: wanted => Promise.resolve(wanted.map(basin)),
    warmUp: () => Promise.resolve(),
    gradients: tasks => {
      calls.push(tasks.map(task => task.basin));
      return Promise.resolve(
        tasks.map(task => {
          const { loss, slopes } = lossOf(task.basin, task.fields.parameters);
          const { windows } = basins[task.basin]!;
          const broken = calls.length === breakAt ? NaN : 0;
          return { loss: loss / windows + broken, parameters: slopes.map(slope => slope / windows), adjointSteps: 10, forwardSteps: 4 };
        }),
      );
    },
    losses: tasks => Promise.resolve(tasks.map(task => lossOf(task.basin, task.fields.parameters).loss)),
  };
}

const settings = { batch: 4, epochs: 60, rate: 0.1, seed: 3, priors: HOURLY_PRIORS, priorWeight: 1e-6 };
const linear = sampleMapping({ layout, kind: 'multilinear', scales });

async function runTo(steps: ReturnType<typeof train>, stopAt = Infinity): Promise<TrainingEnd> {
  let step = await steps.next();
  while (!step.done) step = await steps.next(step.value.training.step >= stopAt ? 'stop' : undefined);
  return step.value;
}

describe('mapBasins', () => {
  it('gives each basin what it would have alone', () => {
    const ground = [basin(0), basin(1), basin(5)];
    const control = Float64Array.from({ length: 6 }, (_, k) => Math.cos(k));
    const together = mapBasins(linear, ground).fields(control);
    ground.forEach((own, k) => {
      expect(together[k]).toEqual(mapBasins(linear, [own]).fields(control)[0]);
    });
    const slopes = ground.map(({ cellCount }) => Float64Array.from({ length: 3 * cellCount }, (_, i) => Math.sin(i)));
    const sum = new Float64Array(6);
    ground.forEach((own, k) => {
      mapBasins(linear, [own])
        .gradient(control, [slopes[k]!])
        .forEach((value, i) => (sum[i]! += value));
    });
    mapBasins(linear, ground)
      .gradient(control, slopes)
      .forEach((value, i) => {
        expect(value).toBeCloseTo(sum[i]!, 10);
      });
  });

  it('refuses a mapping that is of one mesh, and one without descriptors', () => {
    expect(() => sampleMapping({ layout, kind: 'distributed', scales })).toThrow(/distributed is of one mesh/);
    expect(() => sampleMapping({ layout, kind: 'ann', scales: [] })).toThrow(/ann needs descriptors/);
  });
});

describe('train', () => {
  it('learns a mapping that bends, and better than one that does not', async () => {
    const tensorflow = await openTensorFlow('wasm');
    const network = sampleMapping({ layout, kind: 'ann', scales, network: { tensorflow, hidden: [8], seed: 1 } });
    const tensors = tensorflow.core.memory().numTensors;
    const [bent, straight] = [await runTo(train(toyGround(), network, settings)), await runTo(train(toyGround(), linear, settings))];
    expect(tensorflow.core.memory().numTensors).toBe(tensors);
    expect(bent.stoppedBy).toBe('epochs-done');
    expect(bent.training.epochs.at(-1)!.loss).toBeLessThan(0.2 * straight.training.epochs.at(-1)!.loss);
    expect(bent.training.work).toEqual({ adjointSteps: 60 * 14 * 10, forwardSteps: 60 * 14 * 4 });
  });

  it('visits no basin that is held out, scores these, and restores the best weights', async () => {
    const ground = toyGround();
    const { training } = await runTo(train(ground, linear, { ...settings, epochs: 8, rate: 0.6 }));
    expect(ground.calls.flat()).not.toContain(5);
    expect(ground.calls.flat()).not.toContain(11);
    const scores = training.epochs.map(({ heldOut }) => heldOut!);
    expect(training.best).toMatchObject({ score: Math.min(...scores), epoch: 1 + scores.indexOf(Math.min(...scores)) });
    const fields = mapBasins(linear, [basin(5), basin(11)]).fields(controlAt(samplePrior(linear, settings), training.best.u));
    const losses = await ground.losses([5, 11].map((each, k) => ({ basin: each, fields: fields[k]! })));
    expect(losses.reduce((sum, l) => sum + l / (1 + l), 0) / 2).toBe(training.best.score);
  });

  it('goes on from any step with the bits of an unbroken run', async () => {
    const short = { ...settings, epochs: 4 };
    const whole = await runTo(train(toyGround(), linear, short));
    for (const stop of [1, 4, 6]) {
      const first = await runTo(train(toyGround(), linear, short), stop);
      expect([first.stoppedBy, first.training.step]).toEqual(['interrupted', stop]);
      expect(await runTo(train(toyGround(), linear, short, first.training))).toEqual(whole);
    }
  });

  it('stops at an exploding loss, says the step and keeps the best weights', async () => {
    const [whole, broken] = [
      await runTo(train(toyGround(), linear, settings), 12),
      await runTo(train(toyGround({ breakAt: 13 }), linear, settings)),
    ];
    expect(broken).toEqual({ training: whole.training, stoppedBy: 'diverged-at-13' });
    const wild = await runTo(train(toyGround(), linear, { ...settings, rate: 1e308 }));
    expect(wild.stoppedBy).toMatch(/^diverged-at-\d+$/);
    expect([...wild.training.best.u].every(Number.isFinite)).toBe(true);
  });

  it('does not take a flood after a first batch of dry windows for an explosion', async () => {
    const ground = toyGround();
    const dry: TrainingGround = {
      ...ground,
      gradients: async tasks => {
        const found = await ground.gradients(tasks);
        return ground.calls.length > 1 ? found : found.map(each => ({ ...each, loss: 1e-6 * each.loss }));
      },
    };
    expect((await runTo(train(dry, linear, { ...settings, epochs: 3 }))).stoppedBy).toBe('epochs-done');
  });

  it('chooses by the loss of an epoch where no basin is held out', async () => {
    const { training } = await runTo(train(toyGround({ heldOut: [] }), linear, { ...settings, epochs: 5 }));
    expect(training.epochs.every(({ heldOut }) => heldOut === null)).toBe(true);
    expect(training.best.score).toBe(Math.min(...training.epochs.map(({ loss }) => loss)));
  });
});
