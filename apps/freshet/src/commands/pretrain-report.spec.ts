import { describe, expect, it } from '@jest/globals';
import { normalNumbers, parseIso } from '#hydrology';
import type { NetworkLayout } from '#kernel';
import { FLUX_NAMES, WEIGHTS_FORMAT } from '#learning';
import type { LoadedDomain } from '#config';
import { formatPretrainingReport } from './pretrain-report.js';
import { INTENSITY, type Pretrained, type PretrainingPlan } from './pretrain-weights.js';
import { intensitySurface, productionSurface, WETNESS } from './response-surfaces.js';
import { drawSurfaces } from './surface-figure.js';

const inputs = ['hp', 'ht', 'rain', 'en', 'supply'];
const outputs = ['zps', 'zes', 'zperc', 'zl', 'zin', 'zout'];

function trainedOf(structure: PretrainingPlan['structure']): Pretrained {
  const withIntensity = structure === 'neural_stores_ri';
  const count = (withIntensity ? 7 : 6) * 4 + 5 * 6;
  const network: NetworkLayout = { inputs: withIntensity ? [...inputs, 'intensity'] : inputs, hidden: [4], outputs, weightCount: count };
  const weights = normalNumbers(count, 1);
  const heldOut = Object.fromEntries(FLUX_NAMES.map(name => [name, 0.995])) as Pretrained['result']['heldOut'];
  return {
    network,
    result: { weights, heldOut, losses: [1, 0.1, 0.01], iterations: 3 },
    file: {
      ...{ format: WEIGHTS_FORMAT, structure, stepSeconds: 3600, hidden: [4], weights: [...weights], versions: {} },
      training: {
        ...{ basin: 'cance', from: '2014-09-22T00:00:00Z', to: '2014-10-31T00:00:00Z', samples: 9, seed: 1, iterations: 3, loss: 0.01 },
        ...{ heldOut, ...(withIntensity && { intensity: INTENSITY }) },
      },
    },
  };
}

const planOf = (structure: PretrainingPlan['structure']): PretrainingPlan => ({
  ...{ structure, hidden: [4], samples: 9, iterations: 3 },
  period: { from: parseIso('2014-09-22'), to: parseIso('2014-10-31') },
});

describe('the response surfaces', () => {
  const { network, file } = trainedOf('neural_stores_ri');
  const reservoir = { network, weights: file.weights, cp: 150, ct: 80, stepSeconds: 3600, law: INTENSITY };
  const figures = [productionSurface(reservoir, 'P_s'), ...WETNESS.map(wetness => intensitySurface(reservoir, wetness))];

  it('lie between the admissible bounds, the learnt one and the law alike', () => {
    for (const { surfaces } of figures) {
      const [learnt, law, most, least] = surfaces.map(({ z }) => z.flat());
      most!.forEach((limit, k) => {
        expect(least![k]).toBe(0);
        for (const value of [learnt![k]!, law![k]!]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(limit + 1e-9);
        }
      });
    }
  });

  it('are drawn with every cell of the learnt one and a mesh for each other', () => {
    const figure = figures[0]!;
    const svg = drawSurfaces(figure);
    const cells = (figure.x.values.length - 1) * (figure.y.values.length - 1);
    expect(svg.match(/<polygon/g)).toHaveLength(cells);
    expect(svg).not.toMatch(/NaN|undefined/);
    for (const { name } of figure.surfaces) expect(svg).toContain(name);
  });
});

describe('the page', () => {
  const page = (structure: PretrainingPlan['structure']): string =>
    formatPretrainingReport({
      plan: planOf(structure),
      domain: { basin: 'cance' } as LoadedDomain,
      trained: trainedOf(structure),
      runs: [],
    });

  it('stands alone and shows P_s(P_n, h_p) of either structure', () => {
    for (const structure of ['neural_stores', 'neural_stores_ri'] as const) {
      const html = page(structure);
      expect(html).toContain('P_s(P_n, h_p)');
      expect(html).not.toMatch(/<(script|link|img)|NaN|undefined/);
    }
  });

  it('shows rainfall intensity at a dry, a middle and a wet store where the network sees it, and says what it takes it for', () => {
    const html = page('neural_stores_ri');
    for (const [name] of WETNESS) expect(html).toContain(`${name} production store`);
    expect(html).toContain('our reading');
    expect(page('neural_stores')).not.toContain('production store, h_p');
  });
});
