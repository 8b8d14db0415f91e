import { color } from 'echarts/core';

const LABELS: Readonly<Record<string, string>> = {
  uniform: 'uniform',
  distributed: 'distributed',
  multilinear: 'multi-linear',
  multipower: 'multi-power',
  ann: 'ANN',
  'grnn-u': 'GRNN.U',
  'grnn-d': 'GRNN.D',
  double: 'φ1 + ANN',
  ude: 'UDE',
  'neural-stores': 'neural reservoirs',
};

/** Okabe and Ito's colours, told apart by colour-blind readers, and a few more in the same weight. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#6b4c9a', '#8c564b', '#5f6b2d', '#c23b6b'];

/** How a method looks in every drawing: the same colour for its cold variant, dashed. */
export interface MethodStyle {
  readonly label: string;
  readonly colour: string;
  readonly line: 'solid' | 'dashed';
}

export function methodStyle(method: string): MethodStyle {
  const [name, ...changes] = method.split(':');
  const known = Object.keys(LABELS);
  const at = known.includes(name!) ? known.indexOf(name!) : known.length;
  return {
    label: [LABELS[name!] ?? name!, ...changes].join(', '),
    colour: COLOURS[at % COLOURS.length]!,
    line: changes.length === 0 ? 'solid' : 'dashed',
  };
}

export const INK = '#1f2933';
export const QUIET = '#7b8794';
export const FAINT = '#e4e7eb';

/** From low to high: viridis without its ends (van der Walt and Smith 2015). */
const SEQUENTIAL = ['#472c7a', '#3b518b', '#2c718e', '#21908d', '#27ad81', '#5cc863', '#aadc32', '#fde725'];
/** From negative over nothing to positive: brown, white, blue-green. */
const DIVERGING = ['#8c510a', '#d8b365', '#f6e8c3', '#f7f7f7', '#c7eae5', '#5ab4ac', '#01665e'];

export type Ramp = 'sequential' | 'diverging';

/** Colour of a share 0..1 of a range. */
export const colourOf = (share: number, ramp: Ramp): string =>
  color.modifyAlpha(color.lerp(Math.min(1, Math.max(0, share)), ramp === 'sequential' ? SEQUENTIAL : DIVERGING), 1);
