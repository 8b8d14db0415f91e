import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VARIABLES } from '#hydrology';
import { vicBaseflow } from './vic-baseflow.js';
import { vicCanopy } from './vic-canopy.js';
import { vicDrainage } from './vic-drainage.js';
import { vicEvaporation } from './vic-evaporation.js';
import { vicInfiltration } from './vic-infiltration.js';

const PARAMETERS = ['b', 'cusl', 'cmsl', 'cbsl', 'ks', 'pbc', 'ds', 'dsm', 'ws'] as const;
const STATES = ['hcl', 'husl', 'hmsl', 'hbsl'] as const;
type Parameters = Readonly<Record<(typeof PARAMETERS)[number], number>>;
type State = Readonly<Record<(typeof STATES)[number], number>>;
interface Sky {
  readonly P: number;
  readonly E: number;
}

/** A step of the column as the slots are wired: what leaves, and the state after it. */
function column(sky: Sky, p: Parameters, state: State) {
  const canopy = vicCanopy(sky.P, sky.E, state.hcl);
  const evaporation = vicEvaporation(canopy.en, state.husl, p.b, p.cusl);
  const wetted = vicInfiltration(canopy.pn, evaporation.husl, state.hmsl, p.b, p.cusl, p.cmsl);
  const drained = vicDrainage(wetted.husl, wetted.hmsl, state.hbsl, p.cusl, p.cmsl, p.cbsl, p.ks, p.pbc);
  const base = vicBaseflow(wetted.qr, drained.hbsl, p.cbsl, p.ds, p.dsm, p.ws);
  return {
    after: { hcl: canopy.hcl, husl: drained.husl, hmsl: drained.hmsl, hbsl: base.hbsl },
    evaporated: canopy.ec + evaporation.es,
    qt: base.qt,
    qb: base.qb,
  };
}

/** The same step written down as the description of SMASH reads, with ds and dsm in their places (it swaps them). */
function asDescribed({ P, E }: Sky, p: Parameters, state: State) {
  const clamp = (h: number) => Math.min(0.999999, Math.max(1e-6, h));
  const ec = Math.min(E * state.hcl ** (2 / 3), P + state.hcl);
  const pn = Math.max(0, P - (1 - state.hcl) - ec);
  const en = E - ec;
  const hcl = clamp(state.hcl + P - ec - pn);

  let im = (1 + p.b) * p.cusl;
  let i0 = im * (1 - (1 - state.husl) ** (1 / (1 + p.b)));
  const r = 1 - i0 / im;
  const as = 1 - r ** p.b;
  const S = 1 + [1, 2, 3, 4, 5].reduce((sum, i) => sum + (p.b * r ** i) / (p.b + i), 0);
  const es = Math.min(i0 >= im ? en : en * (as + (1 - as) * (1 - r) * S), state.husl * p.cusl);
  let husl = state.husl - es / p.cusl;

  const c = p.cusl + p.cmsl;
  const w = husl * p.cusl + state.hmsl * p.cmsl;
  im = (1 + p.b) * c;
  i0 = im * (1 - (1 - w / c) ** (1 / (1 + p.b)));
  const I = Math.min(pn, i0 + pn > im ? c - w : c - w - c * (1 - (i0 + pn) / im) ** (1 + p.b));
  const I1 = Math.min(I, (1 - husl) * p.cusl);
  const I2 = Math.min(I - I1, (1 - state.hmsl) * p.cmsl);
  husl = clamp(husl + I1 / p.cusl);
  let hmsl = clamp(state.hmsl + I2 / p.cmsl);
  const qr = pn - I1 - I2;

  const drain = (h: number, from: number, room: number) => Math.min(p.ks * Math.max(1e-6, h ** p.pbc), Math.min(h * from, room));
  const d1 = drain(husl, p.cusl, (1 - hmsl) * p.cmsl);
  husl = clamp(husl - d1 / p.cusl);
  hmsl = clamp(hmsl + d1 / p.cmsl);
  const d2 = drain(hmsl, p.cmsl, (1 - state.hbsl) * p.cbsl);
  hmsl = clamp(hmsl - d2 / p.cmsl);
  let hbsl = clamp(state.hbsl + d2 / p.cbsl);

  const linear = ((p.dsm * p.ds) / p.ws) * hbsl;
  const quadratic = hbsl > p.ws ? p.dsm * (1 - p.ds / p.ws) * ((hbsl - p.ws) / (1 - p.ws)) ** 2 : 0;
  const qb = Math.min(hbsl * p.cbsl, linear + quadratic);
  hbsl = clamp(hbsl - qb / p.cbsl);
  return { after: { hcl, husl, hmsl, hbsl }, qt: qr + qb };
}

const water = ({ hcl, husl, hmsl, hbsl }: State, p: Parameters) => hcl + husl * p.cusl + hmsl * p.cmsl + hbsl * p.cbsl;

const within = <K extends keyof typeof VARIABLES>(ids: readonly K[]) =>
  fc.record(
    Object.fromEntries(ids.map(id => [id, fc.double({ min: VARIABLES[id].min, max: VARIABLES[id].max, noNaN: true })])),
  ) as fc.Arbitrary<Record<K, number>>;
/** Nothing, drizzle, 300 mm at once. */
const hostile = fc.array(
  fc.record({
    P: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 10, noNaN: true }), fc.constant(300)),
    E: fc.double({ min: 0, max: 20, noNaN: true }),
  }),
  { minLength: 1, maxLength: 200 },
);

describe('vic3l', () => {
  test('is the equation of hydrology.md 5.2 over a season of hours, ds and dsm in their places', () => {
    const p = { b: 0.25, cusl: 90, cmsl: 320, cbsl: 900, ks: 6, pbc: 5, ds: 0.05, dsm: 4, ws: 0.6 };
    let [ours, theirs]: [State, State] = [
      { hcl: 0.01, husl: 0.5, hmsl: 0.4, hbsl: 0.5 },
      { hcl: 0.01, husl: 0.5, hmsl: 0.4, hbsl: 0.5 },
    ];
    let highest = 0;
    for (let t = 0; t < 3000; t++) {
      const sky = { P: Math.max(0, 9 * Math.sin(t / 17) * Math.sin(t / 90)), E: Math.max(0, 0.4 * Math.sin((t * Math.PI) / 12)) };
      const [a, b] = [column(sky, p, ours), asDescribed(sky, p, theirs)];
      expect(Math.abs(a.qt - b.qt)).toBeLessThan(1e-4 * b.qt + 1e-7);
      [ours, theirs] = [a.after, b.after];
      highest = Math.max(highest, ours.hbsl);
    }
    expect(highest).toBeGreaterThan(p.ws); // so that the quadratic part, where the order of ds and dsm matters, was met
    for (const id of STATES) expect(Math.abs(ours[id] - theirs[id])).toBeLessThan(1e-4);
  });

  test('bottom layer at .9 with ds .01, dsm 10 mm/h, ws .5: the Cance (383 km²) begins at 686 m³/s, not at the 6.2 of swapped arguments', () => {
    const cubicMetres = (mm: number) => (mm * 1e-3 * 383e6) / 3600;
    expect(cubicMetres(vicBaseflow(0, 0.9, 2000, 0.01, 10, 0.5).qb)).toBeCloseTo(686.4, 1);
    expect(cubicMetres(vicBaseflow(0, 0.9, 2000, 10, 0.01, 0.5).qb)).toBeCloseTo(6.2, 1);
  });

  test('baseflow grows with the store and ends at dsm where the curve makes sense, ds ≤ ws', () => {
    fc.assert(
      fc.property(within(['ds', 'dsm', 'ws']), fc.double({ min: 0, max: 1, noNaN: true }), ({ ds, dsm, ws }, h) => {
        fc.pre(ds <= ws);
        const at = (filling: number) => vicBaseflow(0, filling, 1e12, ds, dsm, ws).qb;
        expect(at(1)).toBeCloseTo(dsm, 6 - Math.ceil(Math.log10(dsm + 1)));
        expect(at(Math.min(1, h + 0.01))).toBeGreaterThanOrEqual(at(h) * (1 - 1e-12));
      }),
    );
  });

  test('the quadratic part of the baseflow takes no more than lies above ws, so that a step never falls below it by it', () => {
    expect(vicBaseflow(0, 1, 100, 1e-6, 50, 0.999).hbsl).toBeCloseTo(0.999, 12);
    fc.assert(
      fc.property(within(['ds', 'dsm', 'ws', 'cbsl']), fc.double({ min: 0, max: 1, noNaN: true }), ({ ds, dsm, ws, cbsl }, h) => {
        const linear = ((dsm * ds) / ws / cbsl) * h;
        expect(vicBaseflow(0, h, cbsl, ds, dsm, ws).hbsl).toBeGreaterThanOrEqual(Math.max(0, Math.min(h, ws) - linear) - 1e-12);
      }),
    );
  });

  test('keeps every store within [0, 1] and every drop, whatever falls', () => {
    fc.assert(
      fc.property(within(PARAMETERS), within(STATES), hostile, (p, start, skies) => {
        let state: State = start;
        let balance = water(start, p);
        for (const sky of skies) {
          const { after, evaporated, qt } = column(sky, p, state);
          for (const id of STATES) {
            expect(after[id]).toBeGreaterThanOrEqual(-1e-12);
            expect(after[id]).toBeLessThanOrEqual(1 + 1e-12);
          }
          expect(qt).toBeGreaterThanOrEqual(0);
          expect(evaporated).toBeLessThanOrEqual(sky.E * (1 + 1e-12));
          balance += sky.P - evaporated - qt;
          state = after;
        }
        expect(Math.abs(balance - water(state, p))).toBeLessThan(1e-8 * (1 + balance));
      }),
    );
  });
});
