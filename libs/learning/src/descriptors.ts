import { Fault } from '#errors';

/** What brings a physical descriptor of the cells to mean 0 and deviation 1, or to 0..1. */
export interface DescriptorScale {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** A descriptor with mean 0 and deviation 1. */
export interface StandardDescriptor extends DescriptorScale {
  readonly values: Float64Array;
}

/** A descriptor from 0 to 1: what a power takes. */
export interface RangedDescriptor {
  readonly shares: Float64Array;
}

/** (D − mean)/deviation over the active cells. @throws Fault DOMAIN_INVALID for a constant field or one with missing cells. */
export const standardize = (name: string, field: Float64Array): StandardDescriptor =>
  applyStandard(
    scaleOf(name, () => [field]),
    field,
  );

/**
 * Mean, deviation and range over the cells of several basins, which are read twice and one after the other.
 * @throws Fault DOMAIN_INVALID for a descriptor that is the same on all of them, or has missing cells.
 */
export function scaleOf(name: string, fields: () => Iterable<Float64Array>): DescriptorScale {
  let [count, sum, minimum, maximum] = [0, 0, Infinity, -Infinity];
  for (const field of fields()) {
    const missing = field.findIndex(value => !Number.isFinite(value));
    if (missing >= 0) throw unusable(name, `has no value in cell ${missing}`);
    count += field.length;
    for (const value of field) [sum, minimum, maximum] = [sum + value, Math.min(minimum, value), Math.max(maximum, value)];
  }
  const mean = sum / count;
  let squares = 0;
  for (const field of fields()) squares = field.reduce((total, value) => total + (value - mean) ** 2, squares);
  const deviation = Math.sqrt(squares / count);
  if (!(deviation > 1e-9 * Math.abs(mean))) throw unusable(name, 'is constant');
  return { name, mean, deviation, minimum, maximum };
}

const unusable = (name: string, why: string): Fault =>
  new Fault('DOMAIN_INVALID', `descriptor ${name} ${why}; it cannot map parameters: mend it or leave it out`, { descriptor: name });

/** The same transformation with numbers found elsewhere: a file keeps those of the mesh it was fitted on. */
export function applyStandard(by: DescriptorScale, field: Float64Array): StandardDescriptor {
  return { ...by, values: field.map(value => (value - by.mean) / by.deviation) };
}

/** The same descriptor from 0 to 1; beyond the range it was fitted on it stays at the border, where a power is defined. */
export function rangedOf({ values, mean, deviation, minimum, maximum }: StandardDescriptor): RangedDescriptor {
  const share = (value: number): number => (value * deviation + mean - minimum) / (maximum - minimum);
  return { shares: values.map(value => Math.min(1, Math.max(0, share(value)))) };
}
