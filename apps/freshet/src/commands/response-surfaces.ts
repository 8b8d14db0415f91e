import { grReservoirs, neuralReservoirs, reservoirInputs, type IntensityLaw, type NetworkLayout, type ReservoirStep } from '#kernel';
import { evaluateStepNetwork } from '#learning';
import type { Axis, SurfaceFigure } from './surface-figure.js';

/** A learned network in stores of these capacities. */
export interface Reservoir {
  readonly network: NetworkLayout;
  readonly weights: ArrayLike<number>;
  readonly cp: number;
  readonly ct: number;
  readonly stepSeconds: number;
  readonly law?: IntensityLaw;
}

const POINTS = 25;
/** About the heaviest hour of the Cance's record. */
const MOST_RAIN = 45;
const MOST_INTENSITY = 100;
/** Dry, middle, wet. */
export const WETNESS: readonly (readonly [name: string, hp: number])[] = [
  ['dry', 0.2],
  ['middle', 0.5],
  ['wet', 0.8],
];

const axis = (name: string, most: number): Axis => ({ name, values: Array.from({ length: POINTS }, (_, k) => (most * k) / (POINTS - 1)) });

/** P_s(P_n, h_p) in a transfer store three tenths full; P_ri, where the network sees it, is P_n. */
export function productionSurface(reservoir: Reservoir, title: string): SurfaceFigure {
  const [x, y] = [axis('P_n, mm per step', MOST_RAIN), axis('h_p', 1)];
  const steps = x.values.map(pn => y.values.map(hp => stepOf(reservoir, { pn, hp, pri: intensityOf(pn, reservoir) })));
  return figureOf(steps, { reservoir, title, x, y });
}

/** P_s(P_n, P_ri) at one filling of the production store. */
export function intensitySurface(reservoir: Reservoir, [name, hp]: readonly [string, number]): SurfaceFigure {
  const [x, y] = [axis('P_n, mm per step', MOST_RAIN), axis('P_ri, mm/h', MOST_INTENSITY)];
  const steps = x.values.map(pn => y.values.map(pri => stepOf(reservoir, { pn, hp, pri })));
  return figureOf(steps, { reservoir, title: `${name} production store, h_p = ${hp}`, x, y });
}

/** P_s over P_n at some fillings: learned, of the laws, and the most there may be. */
export function sections(reservoir: Reservoir): { readonly hp: number; readonly learned: Line; readonly gr: Line; readonly limit: Line }[] {
  const { values } = axis('', MOST_RAIN);
  return [0.1, 0.3, 0.5, 0.7, 0.9].map(hp => {
    const steps = values.map(pn => stepOf(reservoir, { pn, hp, pri: intensityOf(pn, reservoir) }));
    const line = (of: (step: ReservoirStep) => number): Line => steps.map(step => [step.pn, Number(of(step).toFixed(3))]);
    return { hp, learned: line(learnedOf(reservoir)), gr: line(step => grReservoirs(step, reservoir.law).ps), limit: line(mostOf) };
  });
}

export type Line = readonly (readonly [number, number])[];

const intensityOf = (pn: number, { stepSeconds }: Reservoir): number => (pn * 3600) / stepSeconds;

const stepOf = ({ cp, ct, stepSeconds }: Reservoir, at: { pn: number; hp: number; pri: number }): ReservoirStep => ({
  ...{ en: 0, ht: 0.3, kexc: 0, cp, ct, stepSeconds },
  ...at,
});

/** R² of the learnt surface of a figure on that of the law. */
export function agreementOf({ surfaces }: SurfaceFigure): number {
  const [learnt, law] = surfaces.map(({ z }) => z.flat()) as [number[], number[]];
  const average = law.reduce((sum, value) => sum + value, 0) / law.length;
  const total = law.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return 1 - law.reduce((sum, value, k) => sum + (value - learnt[k]!) ** 2, 0) / total;
}

const mostOf = ({ pn, cp, hp }: ReservoirStep): number => Math.min(pn, cp * (1 - hp));

function learnedOf({ network, weights }: Reservoir): (step: ReservoirStep) => number {
  const outputs = evaluateStepNetwork(network, weights);
  return step => {
    const seen = reservoirInputs(step);
    return neuralReservoirs(step, outputs(network.inputs.map(name => seen[name]!))).ps;
  };
}

interface Drawing extends Pick<SurfaceFigure, 'title' | 'x' | 'y'> {
  readonly reservoir: Reservoir;
}

function figureOf(steps: readonly (readonly ReservoirStep[])[], { reservoir, title, x, y }: Drawing): SurfaceFigure {
  const over = (of: (step: ReservoirStep) => number): number[][] => steps.map(row => row.map(of));
  return {
    ...{ title, x, y, zName: 'P_s, mm' },
    surfaces: [
      { name: 'learned', z: over(learnedOf(reservoir)), look: 'filled' },
      {
        name: reservoir.law ? 'GR law with rain intensity' : 'GR law',
        z: over(step => grReservoirs(step, reservoir.law).ps),
        look: { mesh: '#111' },
      },
      { name: 'largest admissible: min(P_n, c_p(1 − h_p))', z: over(mostOf), look: { mesh: '#d55e00', dashed: true } },
      { name: 'smallest admissible: 0', z: over(() => 0), look: { mesh: '#888', dashed: true } },
    ],
  };
}
