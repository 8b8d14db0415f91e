import { normalDeviates, uniformNumbers, VARIABLES, centreOf, type Mesh, type VariableId } from '#hydrology';
import { HOURLY_PRIORS, inverseSigmoid, sigmoid } from '#learning';

/** Names of the synthetic descriptors and the distance over which each varies, m. */
const LENGTHS: Readonly<Record<string, number>> = { relief: 40_000, soil: 80_000, forest: 25_000, rock: 150_000 };
const WAVES = 24;

/** Smooth fields of mean 0 and deviation 1 over the plane: sums of cosines with normal wave numbers (random Fourier features). */
export function syntheticDescriptors(seed: number): ReadonlyMap<string, (x: number, y: number) => number> {
  return new Map(
    Object.entries(LENGTHS).map(([name, length], k) => {
      const [normal, uniform] = [normalDeviates(seed * 101 + k), uniformNumbers(seed * 211 + k)];
      const waves = Array.from({ length: WAVES }, () => [normal() / length, normal() / length, 2 * Math.PI * uniform()] as const);
      const scale = Math.sqrt(2 / WAVES);
      return [name, (x, y) => scale * waves.reduce((sum, [kx, ky, phase]) => sum + Math.cos(kx * x + ky * y + phase), 0)] as const;
    }),
  );
}

export const onCells = (mesh: Mesh, field: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: mesh.cellCount }, (_, cell) => field(...centreOf(mesh, cell)));

interface Described {
  readonly relief: number;
  readonly soil: number;
  readonly forest: number;
  readonly rock: number;
}

/** z*(D) of each parameter beside the mean of its prior: bent, with products, so that no linear map gives it. */
const TRUTH: Partial<Record<VariableId, (d: Described) => number>> = {
  cp: ({ relief, soil, rock }) => 0.6 * relief + 0.7 * Math.tanh(1.5 * soil) - 0.35 * relief * rock,
  ct: ({ soil, forest, rock }) => 0.6 * rock - 0.45 * (soil * soil - 1) + 0.3 * forest,
  kexc: ({ soil }) => 0.04 * Math.sin(1.5 * soil),
  akw: ({ relief }) => 0.3 * relief,
  bkw: ({ forest }) => 0.15 * forest,
};

/** θ*(D) on the cells of a basin, by parameter. */
export function syntheticTruth(descriptors: ReadonlyMap<string, Float64Array>, cellCount: number): ReadonlyMap<VariableId, Float64Array> {
  const at = (name: string, cell: number): number => descriptors.get(name)![cell]!;
  const fieldOf = (id: VariableId, offset: (d: Described) => number): Float64Array => {
    const range = { lower: VARIABLES[id].min, upper: VARIABLES[id].max };
    const mean = inverseSigmoid(HOURLY_PRIORS[id]!.value, range);
    return Float64Array.from({ length: cellCount }, (_, cell) => {
      const described = { relief: at('relief', cell), soil: at('soil', cell), forest: at('forest', cell), rock: at('rock', cell) };
      return sigmoid(mean + offset(described), range);
    });
  };
  return new Map(Object.entries(TRUTH).map(([id, offset]) => [id as VariableId, fieldOf(id as VariableId, offset)]));
}
