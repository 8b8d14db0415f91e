import { Fault } from '#errors';

/** A physical descriptor of the cells with mean 0 and deviation 1, and what made it so. */
export interface StandardDescriptor {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
  readonly values: Float64Array;
}

/** (D − mean)/deviation over the active cells. */
export function standardize(name: string, field: Float64Array): StandardDescriptor {
  const mean = field.reduce((sum, value) => sum + value, 0) / field.length;
  const deviation = Math.sqrt(field.reduce((sum, value) => sum + (value - mean) ** 2, 0) / field.length);
  if (!(deviation > 0)) {
    throw new Fault('DOMAIN_INVALID', `descriptor ${name} is constant or has missing cells; it cannot map parameters`, {
      descriptor: name,
    });
  }
  return applyStandard({ name, mean, deviation }, field);
}

/** The same transformation with numbers found elsewhere: a file keeps those of the mesh it was fitted on. */
export function applyStandard(by: Omit<StandardDescriptor, 'values'>, field: Float64Array): StandardDescriptor {
  return { ...by, values: field.map(value => (value - by.mean) / by.deviation) };
}
