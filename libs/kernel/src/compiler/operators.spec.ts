import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reverse, tangent } from './differentiate.js';
import { evaluate } from './evaluate.js';
import { FormulaLibrary } from './formula-source.js';
import { Graph, type Node } from './graph.js';
import { parametersOf, traceFormula } from './trace-formula.js';

/** fast-check likes 1e-284; products of such numbers round to nothing. */
const ROUNDING_OF_NOTHING = 1e-200;

type Range = readonly [low: number, high: number];
type Formula = (...args: number[]) => Record<string, number>;

// Every operator with the ranges of its inputs. `known` is 1: where forcing is missing there is nothing to differentiate.
const OPERATORS: readonly (readonly [file: string, formula: string, ranges: Readonly<Record<string, Range>>])[] = [
  ['forcing', 'forcing', { rain: [0, 40], pet: [0, 1], rainFactor: [0.3, 3] }],
  ['interception', 'interception', { P: [0, 20], E: [0, 1], hi: [0, 1], ci: [0.1, 3] }],
  ['production', 'production', { pn: [0.01, 30], en: [0, 0], hp: [0.05, 0.95], cp: [20, 900], stepSeconds: [900, 3600], known: [1, 1] }],
  ['production', 'production', { pn: [0, 0], en: [0.01, 1], hp: [0.05, 0.95], cp: [20, 900], stepSeconds: [900, 3600], known: [1, 1] }],
  ['exchange', 'exchange', { ht: [0.01, 0.95], kexc: [-5, 5], known: [1, 1] }],
  ['transfer', 'transfer', { pr: [0, 30], perc: [0, 0.1], l: [-0.5, 0.5], ht: [0.01, 0.95], ct: [20, 900] }],
  ['implicit-euler', 'implicitProduction', { pn: [0.01, 30], en: [0, 0], hp: [0.05, 0.95], cp: [20, 900] }],
  ['implicit-euler', 'implicitProduction', { pn: [0, 0], en: [0.01, 1], hp: [0.05, 0.95], cp: [20, 900] }],
  ['implicit-euler', 'implicitTransfer', { pr: [0.01, 30], ht: [0.05, 0.7], ct: [50, 900], kexc: [-5, 5], known: [1, 1] }],
  ['exchange', 'thresholdExchange', { ht: [0.01, 0.95], kexc: [-5, 5], aexc: [0.05, 0.9], known: [1, 1] }],
  ['interception', 'noInterception', { P: [0, 20], E: [0, 1] }],
  ['production', 'tightProduction', { pn: [0.01, 30], en: [0, 0], hp: [0.05, 0.95], cp: [20, 900] }],
  ['production', 'loieauProduction', { pn: [0, 0], en: [0.01, 1], ha: [0.05, 0.95], ca: [20, 900], stepSeconds: [900, 3600], known: [1, 1] }],
  ['rain-intensity', 'intenseProduction', { pn: [0.01, 30], en: [0, 0], hp: [0.05, 0.95], cp: [20, 900], alpha1: [1e-5, 1e-2], alpha2: [1e-4, 1e-1], stepSeconds: [900, 3600], known: [1, 1] }],
  ['rain-intensity', 'intenseTransfer', { pr: [0, 30], perc: [0, 0.1], direct: [0.1, 0.9], l: [-0.5, 0.5], ht: [0.01, 0.95], ct: [20, 900] }],
  ['transfer', 'exponentialTransfer', { pr: [0, 30], perc: [0, 0.1], l: [-0.5, 0.5], ht: [0.01, 0.95], ct: [20, 900], he: [-90, 10], be: [2, 20] }],
  ['transfer', 'twinTransfer', { pr: [0, 30], l: [-0.5, 0.5], ht: [0.01, 0.95], ct: [20, 900], hl: [0.01, 0.95], cl: [20, 900] }],
  ['transfer', 'singleTransfer', { pr: [0, 30], ht: [0.01, 0.95], ct: [20, 900] }],
  ['transfer', 'loieauTransfer', { pr: [0, 30], perc: [0, 0.1], hc: [0.01, 0.95], cc: [20, 900], kb: [0.2, 4] }],
  ['flux-correction', 'correctedProduction', { pn: [0.01, 30], en: [0, 0], hp: [0.05, 0.95], cp: [20, 900], stepSeconds: [900, 3600], known: [1, 1], zps: [-2, 2], zes: [-2, 2] }],
  ['flux-correction', 'correctedProduction', { pn: [0, 0], en: [0.01, 1], hp: [0.05, 0.95], cp: [20, 900], stepSeconds: [900, 3600], known: [1, 1], zps: [-2, 2], zes: [-2, 2] }],
  ['flux-correction', 'correctedTightProduction', { pn: [0.01, 30], en: [0, 0], hp: [0.05, 0.95], cp: [20, 900], zps: [-2, 2], zes: [-2, 2] }],
  ['flux-correction', 'correctedLoieauProduction', { pn: [0, 0], en: [0.01, 1], ha: [0.05, 0.95], ca: [20, 900], stepSeconds: [900, 3600], known: [1, 1], zps: [-2, 2], zes: [-2, 2] }],
  ['flux-correction', 'correctedExchange', { ht: [0.01, 0.95], kexc: [-5, 5], known: [1, 1], zl: [-2, 2] }],
  ['flux-correction', 'correctedThresholdExchange', { ht: [0.01, 0.95], kexc: [-5, 5], aexc: [0.05, 0.9], known: [1, 1], zl: [-2, 2] }],
  ['flux-correction', 'correctedTransfer', { pr: [0, 30], perc: [0, 0.1], l: [-0.5, 0.5], ht: [0.01, 0.95], ct: [20, 900], zc: [-2, 2] }],
  ['flux-correction', 'correctedExponentialTransfer', { pr: [0, 30], perc: [0, 0.1], l: [-0.5, 0.5], ht: [0.01, 0.95], ct: [20, 900], he: [-90, 10], be: [2, 20], zc: [-2, 2], zc2: [-2, 2] }],
  ['flux-correction', 'correctedTwinTransfer', { pr: [0, 30], l: [-0.5, 0.5], ht: [0.01, 0.95], ct: [20, 900], hl: [0.01, 0.95], cl: [20, 900], zc: [-2, 2], zc2: [-2, 2] }],
  ['flux-correction', 'correctedLoieauTransfer', { pr: [0, 30], perc: [0, 0.1], hc: [0.01, 0.95], cc: [20, 900], kb: [0.2, 4], zc: [-2, 2] }],
  ['universal-equation', 'correctedImplicitProduction', { pn: [0.01, 30], en: [0, 0], hp: [0.05, 0.95], cp: [20, 900], zp: [-2, 2], ze: [-2, 2] }],
  ['universal-equation', 'correctedImplicitTransfer', { pr: [0.01, 30], added: [-5, 5], ht: [0.05, 0.7], ct: [50, 900], kexc: [-5, 5], known: [1, 1], zl: [-1, 1], zt: [-1, 1] }],
  ['neural-reservoir', 'relativeRain', { pn: [0.01, 30], cp: [20, 900], ct: [20, 900], stepSeconds: [900, 3600] }],
  ['neural-reservoir', 'relativeIntensity', { P: [0.01, 40], pn: [0.01, 30], cp: [20, 900], ct: [20, 900], stepSeconds: [900, 3600] }],
  ['neural-reservoir', 'neuralProduction', { pn: [0.01, 30], en: [0, 0], hp: [0.05, 0.95], cp: [20, 900], stepSeconds: [900, 3600], known: [1, 1], zps: [-2, 2], zes: [-2, 2], zperc: [-2, 2] }],
  ['neural-reservoir', 'neuralExchange', { kexc: [-5, 5], stepSeconds: [900, 3600], known: [1, 1], zl: [-2, 2] }],
  ['neural-reservoir', 'neuralTransfer', { pr: [0.1, 30], perc: [0, 0.1], l: [-0.5, 0.5], ht: [0.1, 0.9], ct: [50, 900], stepSeconds: [900, 3600], zin: [-2, 2], zout: [-2, 2] }],
  ['no-routing', 'noRouting', { runoff: [0, 5] }],
  ['sealing', 'sealing', { pn: [0.01, 30], en: [0.01, 1], imperviousness: [0.01, 1] }],
  ['sealing', 'sealedRunoff', { qt: [0, 30], sealed: [0, 30] }],
  ['degree-day', 'degreeDay', { P: [0, 20], temperature: [-8, 12], known: [1, 1], hs: [0, 40], kmlt: [0.01, 3] }],
  ['vic-canopy', 'vicCanopy', { P: [0, 3], E: [0, 1], hcl: [0.01, 1] }],
  ['vic-evaporation', 'vicEvaporation', { en: [0, 1], husl: [0.02, 0.98], b: [0.01, 0.8], cusl: [10, 500] }],
  ['vic-infiltration', 'vicInfiltration', { pn: [0, 40], husl: [0.02, 0.98], hmsl: [0.02, 0.98], b: [0.01, 0.8], cusl: [10, 500], cmsl: [100, 2000] }],
  [
    'vic-drainage', 'vicDrainage',
    { husl: [0.1, 0.98], hmsl: [0.1, 0.98], hbsl: [0.1, 0.98], cusl: [10, 500], cmsl: [100, 2000], cbsl: [100, 2000], ks: [1, 30], pbc: [1, 12] },
  ],
  ['vic-baseflow', 'vicBaseflow', { qr: [0, 5], hbsl: [0.01, 0.99], cbsl: [100, 2000], ds: [0.01, 0.9], dsm: [0.1, 20], ws: [0.2, 0.9] }],
  [
    'hbv-snow', 'hbvSnow',
    { P: [0, 20], temperature: [3, 8], known: [1, 1], SP: [5, 300], WC: [0, 30], TT: [-2, 2], CFMAX: [1, 10], SFCF: [0.5, 1.5], CFR: [0.01, 0.1], CWH: [0.01, 0.2], stepSeconds: [900, 3600] },
  ],
  [
    'hbv-snow', 'hbvSnow',
    { P: [0, 20], temperature: [-9, -3], known: [1, 1], SP: [5, 300], WC: [0, 30], TT: [-2, 2], CFMAX: [1, 10], SFCF: [0.5, 1.5], CFR: [0.01, 0.1], CWH: [0.01, 0.2], stepSeconds: [900, 3600] },
  ],
  ['hbv-soil', 'hbvSoil', { insoil: [0, 40], E: [0, 1], SM: [5, 200], FC: [60, 500], LP: [0.3, 1], BETA: [1, 6] }],
  [
    'hbv-response', 'hbvResponse',
    { recharge: [0, 20], SUZ: [0, 60], SLZ: [0, 100], PERC: [0, 4], UZL: [0, 50], K0: [0.05, 0.5], K1: [0.01, 0.4], K2: [0.001, 0.15], stepSeconds: [900, 86400] },
  ],
  ['hbv-correction', 'hbvFillings', { SM: [5, 200], FC: [60, 500], SUZ: [0, 60], SLZ: [0, 100] }],
  [
    'hbv-correction', 'correctedHbvSoil',
    { insoil: [0, 40], E: [0, 1], SM: [5, 200], FC: [60, 500], LP: [0.3, 1], BETA: [1, 6], zps: [-2, 2], zes: [-2, 2] },
  ],
  [
    'hbv-correction', 'correctedHbvResponse',
    { recharge: [0, 20], SUZ: [0, 60], SLZ: [0, 100], PERC: [0, 4], UZL: [0, 50], K0: [0.05, 0.5], K1: [0.01, 0.4], K2: [0.001, 0.15], stepSeconds: [900, 86400], zc: [-2, 2], zperc: [-2, 2] },
  ],
  ['runoff', 'runoff', { qt: [0, 30], cellArea: [1e5, 1e6], stepSeconds: [900, 3600] }],
  ['lag0', 'lag0', { runoff: [0, 5], qup: [0, 300] }],
  ['lag0', 'lag0Head', { runoff: [0, 5] }],
  ['linear-reservoir', 'linearReservoir', { runoff: [0, 5], qup: [0, 300], hlr: [0, 5], llr: [1, 900], upstreamArea: [1e6, 4e8], stepSeconds: [900, 3600] }],
  ['linear-reservoir', 'linearReservoirHead', { runoff: [0, 5], hlr: [0, 5] }],
  [
    'kinematic-wave', 'kinematicWave',
    { runoff: [0.01, 5], qup: [0.01, 300], q: [0.01, 300], qtl: [0.01, 5], akw: [0.5, 50], bkw: [0.2, 1], reachLength: [500, 1500], stepSeconds: [900, 3600] },
  ],
  [
    'triangular-weighting', 'triangularWeighting',
    { runoff: [0, 5], qup: [0, 300], MAXBAS: [0.1, 0.9], stepSeconds: [3600, 3600], ...Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`uh${i + 1}`, [0, 5] as Range])) },
  ],
  ['kinematic-wave', 'kinematicWaveHead', { runoff: [0, 5] }],
]; // prettier-ignore

const folder = dirname(fileURLToPath(import.meta.resolve('#formulas/intrinsics.ts')));
const library = new FormulaLibrary();

/** Traces an operator and reduces its outputs to one scalar by fixed weights, so that one gradient covers them all. */
function scalarOf(file: string, name: string) {
  const source = library.file(join(folder, `${file}.ts`));
  const graph = new Graph();
  const names = parametersOf(source, name);
  const inputs = names.map(parameter => graph.input(parameter, 'step'));
  const outputs = traceFormula(library, graph, { file: source, name, args: inputs }) as ReadonlyMap<string, Node>;
  const weighted = [...outputs.values()].map((node, i) => graph.make('mul', graph.constant(1 + 0.37 * i), node));
  return { graph, names, inputs, outputs, scalar: weighted.reduce((a, b) => graph.make('add', a, b)) };
}

const point = (ranges: Readonly<Record<string, Range>>) =>
  fc.record(
    Object.fromEntries(Object.entries(ranges).map(([name, [low, high]]) => [name, fc.double({ min: low, max: high, noNaN: true })])),
  );

const alongOf = ({ length }: readonly string[]) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length });

describe.each(OPERATORS)('%s: %s', (file, formula, ranges) => {
  const { graph, names, inputs, outputs, scalar } = scalarOf(file, formula);
  const adjoints = reverse(graph, new Map([[scalar, graph.constant(1)]]), node => node.op === 'input');
  const gradient = inputs.map(input => adjoints.get(input) ?? graph.constant(0));
  const directions = inputs.map(input => graph.input(`direction ${input.name}`, 'step'));
  const derivative = tangent(graph, [scalar], new Map(inputs.map((input, i) => [input, directions[i]!]))).get(scalar)!;

  test('the graph computes what the formula computes, bit for bit', async () => {
    const module = (await import(`../formulas/${file}.js`)) as Record<string, Formula>;
    fc.assert(
      fc.property(point(ranges), at => {
        const expected = module[formula]!(...names.map(name => at[name]!));
        const values = evaluate([...outputs.values()], new Map(Object.entries(at)));
        for (const [name, node] of outputs) expect(values.get(node)! + 0).toBe(expected[name]! + 0);
      }),
    );
  });

  test('reverse and forward mode agree', () => {
    fc.assert(
      fc.property(point(ranges), alongOf(names), (at, along) => {
        const given = new Map([...Object.entries(at), ...names.map((name, i): [string, number] => [`direction ${name}`, along[i]!])]);
        const values = evaluate([derivative, scalar, ...gradient], given);
        const terms = gradient.map((node, i) => values.get(node)! * along[i]!);
        const scale = terms.reduce((a, b) => a + Math.abs(b), 0);
        expect(Math.abs(values.get(derivative)! - terms.reduce((a, b) => a + b, 0))).toBeLessThanOrEqual(
          1e-12 * scale + 1e-11 * Math.abs(values.get(scalar)!) + ROUNDING_OF_NOTHING,
        );
      }),
    );
  });

  test('the Taylor remainder is of second order', () => {
    const random = sequence(7);
    let tested = 0;
    for (let trial = 0; trial < 400 && tested < 25; trial++) {
      const at = Object.fromEntries(
        Object.entries(ranges).map(([name, [low, high]]) => [name, low + (high - low) * (0.1 + 0.8 * random())]),
      );
      const along = names.map(name => (ranges[name]![1] - ranges[name]![0]) * 0.02 * (random() - 0.5));
      const remainder = remainderAt({ names, scalar, gradient }, at, along);
      if (!remainder) continue; // a branch of the formula changes within the step
      tested++;
      const [full, half, scale] = remainder;
      if (full < 1e-10 * scale) continue; // linear: the remainder is rounding
      expect(full / half).toBeGreaterThan(3.5);
      expect(full / half).toBeLessThan(4.6);
    }
    expect(tested).toBe(25);
  });
});

test.each([
  ['exchange', 'powerSevenHalves'],
  ['power-store', 'overflow'],
  ['power-store', 'cubicOverflow'],
  ['power-store', 'kept'],
  ['power-store', 'cubicKept'],
  ['exponential-store', 'softening'],
])('%s: the slope declared for %s is the one the rules derive', async (file, name) => {
  const source = library.file(join(folder, `${file}.ts`));
  const graph = new Graph();
  const x = graph.input('x', 'step');
  const value = traceFormula(library, graph, { file: source, name, args: [x] }) as Node;
  const derived = reverse(graph, new Map([[value, graph.constant(1)]]), node => node.op === 'input').get(x)!;
  const module = (await import(`../formulas/${file}.js`)) as Record<string, (at: number) => number>;
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 3, noNaN: true }), at => {
      expect(module[`${name}Slope`]!(at) / evaluate([derived], new Map([['x', at]])).get(derived)!).toBeCloseTo(1, 10);
    }),
  );
});

interface Differentiable {
  readonly names: readonly string[];
  readonly scalar: Node;
  readonly gradient: readonly Node[];
}

/** Remainders of a full and of half a step; undefined where the gradient jumps between the ends, so the formula has a kink. */
function remainderAt(
  { names, scalar, gradient }: Differentiable,
  at: Record<string, number>,
  along: readonly number[],
): [number, number, number] | undefined {
  const moved = (share: number) => new Map(names.map((name, i) => [name, at[name]! + share * along[i]!]));
  const slope = (share: number) => {
    const values = evaluate(gradient, moved(share));
    return gradient.reduce((total, node, i) => total + values.get(node)! * along[i]!, 0);
  };
  const value = (share: number) => evaluate([scalar], moved(share)).get(scalar)!;
  const [start, middle, end] = [slope(0), slope(0.5), slope(1)];
  const size = Math.abs(start) + Math.abs(end);
  if (Math.abs(start - 2 * middle + end) > 0.05 * Math.abs(end - start) + 1e-9 * size) return undefined;
  const remainder = (share: number) => Math.abs(value(share) - value(0) - share * start);
  return [remainder(1), remainder(0.5), Math.abs(value(0)) + size];
}

/** A fixed sequence in [0, 1): Lehmer's generator. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
