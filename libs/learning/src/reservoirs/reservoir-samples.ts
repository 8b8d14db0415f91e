import { uniformNumbers } from '#hydrology';
import type { ReservoirStep } from '#kernel';

/** Rain and PET, mm per step, at any cells and steps of a record; missing ones are NaN. */
export interface RecordedForcing {
  readonly rain: ArrayLike<number>;
  readonly pet: ArrayLike<number>;
  readonly stepSeconds: number;
}

/** Rain is taken times a factor between these, so that the laws are seen beyond what the record holds. */
const RAIN_FACTOR: readonly [number, number] = [0.5, 4];
/** Of the rain of an hour, how many times faster or slower it may have fallen: P_ri over its depth. */
const BURST: readonly [number, number] = [0.25, 8];
const CP: readonly [number, number] = [40, 1000];
const CT: readonly [number, number] = [20, 1000];
const CI: readonly [number, number] = [0.3, 3];
const KEXC = 2;
/** Of one draw: see `sample`. */
const NUMBERS = 10;
const WET = 0.1;

/**
 * Steps of a cell drawn at random: rain and PET from the record, half of them from wet steps; capacities and fillings from their ranges, capacities
 * by their logarithm. Net rain and net PET are what an interception store of any filling leaves of them.
 */
export function sampleReservoirs(record: RecordedForcing, { count, seed }: { count: number; seed: number }): ReservoirStep[] {
  const known = Array.from({ length: record.rain.length }, (_, k) => k).filter(k => record.rain[k]! >= 0 && record.pet[k]! >= 0);
  const wet = known.filter(k => record.rain[k]! > WET);
  const draw = uniformNumbers(seed);
  return Array.from({ length: count }, (_, s) => {
    const u = Float64Array.from({ length: NUMBERS }, draw);
    const from = s % 2 === 0 && wet.length > 0 ? wet : known;
    const k = from[Math.floor(u[0]! * from.length)]!;
    return sample({ rain: record.rain[k]!, pet: record.pet[k]!, stepSeconds: record.stepSeconds }, u);
  });
}

function sample({ rain, pet, stepSeconds }: { rain: number; pet: number; stepSeconds: number }, u: Float64Array): ReservoirStep {
  const P = rain * between(RAIN_FACTOR, u[1]!);
  const ci = between(CI, u[2]!);
  const filling = u[3]! * ci + P - pet;
  return {
    pn: Math.max(0, filling - ci),
    en: Math.max(0, -filling),
    pri: ((P * 3600) / stepSeconds) * between(BURST, u[4]!),
    hp: u[5]!,
    ht: u[6]!,
    cp: between(CP, u[7]!),
    ct: between(CT, u[8]!),
    kexc: KEXC * (2 * u[9]! - 1),
    stepSeconds,
  };
}

/** From one bound to the other, evenly in the logarithm. */
const between = ([low, high]: readonly [number, number], share: number): number => low * (high / low) ** share;
