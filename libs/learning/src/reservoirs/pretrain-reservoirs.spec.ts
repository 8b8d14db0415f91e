import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { uniformNumbers } from '#hydrology';
import { grReservoirs, reservoirLimits, type NetworkLayout } from '#kernel';
import { openTensorFlow } from '../tensorflow/open-tensorflow.js';
import { FLUX_NAMES, pretrainReservoirs } from './pretrain-reservoirs.js';
import { sampleReservoirs, type RecordedForcing } from './reservoir-samples.js';

const tensorflow = await openTensorFlow('wasm');

const network: NetworkLayout = {
  inputs: ['hp', 'ht', 'rain', 'en', 'supply'],
  hidden: [16],
  outputs: ['zps', 'zes', 'zperc', 'zl', 'zin', 'zout'],
  weightCount: 6 * 16 + 17 * 6,
};

/** A made-up summer: showers, and PET by day. */
function summer(): RecordedForcing {
  const draw = uniformNumbers(9);
  const rain = Float32Array.from({ length: 3000 }, () => (draw() < 0.2 ? -5 * Math.log(1 - draw()) : 0));
  return { rain, pet: rain.map((_, k) => Math.max(0, 0.4 * Math.sin((k / 12) * Math.PI))), stepSeconds: 3600 };
}

const samples = (seed: number, count = 1024) => sampleReservoirs(summer(), { count, seed });

describe('sampleReservoirs', () => {
  it('draws the same from a seed, wet steps half of the time, and either rain or demand', () => {
    expect(samples(2)).toEqual(samples(2));
    expect(samples(2)).not.toEqual(samples(3));
    expect(samples(2).filter(({ pn }) => pn > 0).length).toBeGreaterThan(350);
    expect(samples(2).filter(({ pn, en }) => pn > 0 && en > 0)).toEqual([]);
  });

  it('leaves out steps whose forcing is missing', () => {
    const { rain, pet } = summer();
    const gaps = { rain: Float32Array.from(rain, (value, k) => (k % 3 === 0 ? NaN : value)), pet, stepSeconds: 3600 };
    for (const step of sampleReservoirs(gaps, { count: 200, seed: 1 })) expect(Number.isFinite(step.pn + step.en + step.pri)).toBe(true);
  });
});

describe('the GR laws within the bounds of neural reservoirs', () => {
  it('never give a flux beyond what the structure admits', () => {
    const u = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(u, u, u, u, u, u), ([pn, en, hp, ht, cp, ct]) => {
        const wet = pn > 0.5;
        const step = {
          ...{ pn: wet ? 60 * pn : 0, en: wet ? 0 : en, pri: 0, hp, ht, kexc: 0.5, stepSeconds: 3600 },
          cp: 20 + 900 * cp,
          ct: 20 + 900 * ct,
        };
        const fluxes = grReservoirs(step);
        const most = reservoirLimits(step, fluxes);
        for (const [k, flux] of [fluxes.ps, fluxes.es, fluxes.perc, fluxes.l, fluxes.routed].entries())
          expect(flux).toBeLessThanOrEqual(most[k]! + 1e-9);
      }),
    );
  });
});

describe('pretrainReservoirs', () => {
  it('learns every flux of GR4 from samples and finds it on others', () => {
    const seen: number[] = [];
    const problem = { network, training: samples(1), heldOut: samples(100), iterations: 250, seed: 1 };
    const { heldOut, losses, weights } = pretrainReservoirs(tensorflow, { ...problem, onProgress: (_, loss) => void seen.push(loss) });
    expect(weights).toHaveLength(network.weightCount);
    expect(seen).toEqual(losses);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 20);
    for (const flux of FLUX_NAMES) expect([flux, heldOut[flux] > 0.97]).toEqual([flux, true]);
    const untrained = pretrainReservoirs(tensorflow, { ...problem, iterations: 1 });
    expect(untrained.heldOut.ps).toBeLessThan(0.9);
  });

  it('leaves no tensor behind and gives the same weights again', () => {
    const problem = { network, training: samples(1, 64), heldOut: samples(100, 64), iterations: 5, seed: 1 };
    const first = pretrainReservoirs(tensorflow, problem);
    const before = tensorflow.core.memory().numTensors;
    expect(pretrainReservoirs(tensorflow, problem).weights).toEqual(first.weights);
    expect(tensorflow.core.memory().numTensors).toBe(before);
  });

  it('refuses samples without a dry step by the flux that is missing', () => {
    const wet = samples(1).filter(({ pn }) => pn > 0);
    expect(() => pretrainReservoirs(tensorflow, { network, training: wet, heldOut: wet, iterations: 5, seed: 1 })).toThrow(
      /no sample has a flux es/,
    );
  });
});
