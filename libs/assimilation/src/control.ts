import type { KernelLayout } from '#kernel';
import type { VariableId } from '#hydrology';

/**
 * The control vector, zone by zone: a log rain factor per block of the window, then shifts of logit(hp) and logit(ht), then a
 * log factor of the channel discharge at the start of the window. Zero everywhere is the background.
 */
export interface ControlLayout {
  readonly zones: number;
  readonly blocks: number;
  /** Controls of one zone: blocks + 3. */
  readonly perZone: number;
  readonly size: number;
}

export const STORE_SHIFTS = ['hp', 'ht'] as const satisfies readonly VariableId[];

export const controlLayout = (zones: number, blocks: number): ControlLayout => ({
  zones,
  blocks,
  perZone: blocks + STORE_SHIFTS.length + 1,
  size: zones * (blocks + STORE_SHIFTS.length + 1),
});

/** How the controls act on one model: where its states lie and which zone each cell belongs to. */
export interface ControlledModel {
  readonly layout: Pick<KernelLayout, 'states' | 'cellCount'>;
  readonly zoneOfCell: Int32Array;
}

/** Rain factors, [zone × blocks + block]. */
export function rainFactorsOf(controls: Float64Array, { zones, blocks, perZone }: ControlLayout): Float64Array {
  return Float64Array.from({ length: zones * blocks }, (_, k) => Math.exp(controls[Math.floor(k / blocks) * perZone + (k % blocks)]!));
}

/** The background with its stores and channels shifted. A structure without one of these states ignores its control. */
export function shiftState(background: Float64Array, controls: Float64Array, control: ControlLayout, model: ControlledModel): Float64Array {
  const state = Float64Array.from(background);
  const { cellCount } = model.layout;
  STORE_SHIFTS.forEach((store, s) => {
    const row = rowOf(model, store);
    for (let cell = 0; row >= 0 && cell < cellCount; cell++) {
      const at = row * cellCount + cell;
      state[at] = shiftLogit(background[at]!, controls[controlAt(control, model, cell, control.blocks + s)]!);
    }
  });
  const channel = rowOf(model, 'q');
  for (let cell = 0; channel >= 0 && cell < cellCount; cell++) {
    state[channel * cellCount + cell]! *= Math.exp(controls[controlAt(control, model, cell, control.perZone - 1)]!);
  }
  return state;
}

/** ∂J/∂controls from the adjoints of the shifted state and of the rain factors. */
export function pullBack(
  adjoint: { readonly state: Float64Array; readonly rainFactors: Float64Array },
  shifted: { readonly state: Float64Array; readonly rainFactors: Float64Array },
  control: ControlLayout,
  model: ControlledModel,
): Float64Array {
  const gradient = new Float64Array(control.size);
  const { cellCount } = model.layout;
  adjoint.rainFactors.forEach((value, k) => {
    gradient[Math.floor(k / control.blocks) * control.perZone + (k % control.blocks)] = value * shifted.rainFactors[k]!;
  });
  STORE_SHIFTS.forEach((store, s) => {
    const row = rowOf(model, store);
    for (let cell = 0; row >= 0 && cell < cellCount; cell++) {
      const h = shifted.state[row * cellCount + cell]!;
      gradient[controlAt(control, model, cell, control.blocks + s)]! += adjoint.state[row * cellCount + cell]! * h * (1 - h);
    }
  });
  const channel = rowOf(model, 'q');
  for (let cell = 0; channel >= 0 && cell < cellCount; cell++) {
    const at = channel * cellCount + cell;
    gradient[controlAt(control, model, cell, control.perZone - 1)]! += adjoint.state[at]! * shifted.state[at]!;
  }
  return gradient;
}

const rowOf = (model: ControlledModel, id: VariableId): number => model.layout.states.indexOf(id);

const controlAt = (control: ControlLayout, model: ControlledModel, cell: number, k: number): number =>
  model.zoneOfCell[cell]! * control.perZone + k;

/** σ(logit(h) + shift): stays within 0 … 1 whatever the shift. */
function shiftLogit(h: number, shift: number): number {
  if (shift === 0) return h;
  const odds = (h / (1 - h)) * Math.exp(shift);
  return odds / (1 + odds);
}
