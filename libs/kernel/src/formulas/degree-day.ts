import { exp, max, min } from './intrinsics.js';

/** °C; the packed value of a temperature that is missing, and everything colder than any air. */
const COLDEST = -90;

/**
 * Snow slot `ssn` of SMASH: a pack hs (mm) that melts by kmlt mm per °C and step, at most what lies there. What falls is parted by the
 * logistic share of rain 1 − 1/(1 + e^(2.5T − 1)). Where the temperature is missing what falls counts as rain and the pack rests;
 * where rain or PET is missing (known = 0) it rests too. `precipitation` is what fell, rain and snow together.
 */
export function degreeDay(P: number, temperature: number, known: number, hs: number, kmlt: number) {
  const measured = temperature > COLDEST ? 1 : 0;
  const liquid = temperature > COLDEST ? 1 / (1 + exp(1 - 2.5 * temperature)) : 1;
  const rain = P * liquid;
  const pack = hs + (P - rain);
  const melt = min(pack, known * measured * kmlt * max(0, temperature));
  return { precipitation: P, P: rain + melt, melt, hs: pack - melt };
}
