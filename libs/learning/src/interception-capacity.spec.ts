import { describe, expect, it } from '@jest/globals';
import { interceptionCapacity } from './interception-capacity.js';

const HOURS = 24;

/** Ten days; each rains `depth` in its first hour, with demand spread over the following hours. */
function wetMornings(depth: number, demand: number): { rain: Float32Array; pet: Float32Array } {
  const rain = new Float32Array(10 * HOURS);
  const pet = new Float32Array(10 * HOURS);
  for (let step = 0; step < rain.length; step++) {
    if (step % HOURS === 0) rain[step] = depth;
    else pet[step] = demand / (HOURS - 1);
  }
  return { rain, pet };
}

describe('interceptionCapacity', () => {
  it('is what holds a morning rain until the demand of the day has taken it', () => {
    // rain 5 mm, demand 1.2 mm: the daily balance evaporates 1.2 mm a day, so the store must hold 1.2 mm
    expect(interceptionCapacity({ ...wetMornings(5, 1.2), cellCount: 1, stepsPerDay: HOURS })[0]).toBeCloseTo(1.2, 10);
  });

  it('is limited by the rain when that is the smaller', () => {
    expect(interceptionCapacity({ ...wetMornings(0.7, 3), cellCount: 1, stepsPerDay: HOURS })[0]).toBeCloseTo(0.7, 10);
  });

  it('looks at each cell alone and skips missing steps', () => {
    const a = wetMornings(5, 1.2);
    const b = wetMornings(5, 2.5);
    const rain = new Float32Array(a.rain.length * 2);
    const pet = new Float32Array(a.pet.length * 2);
    a.rain.forEach((value, step) => {
      rain.set([value, b.rain[step]!], step * 2);
      pet.set([a.pet[step]!, b.pet[step]!], step * 2);
    });
    rain[2 * 24 + 1] = NaN;
    const capacities = interceptionCapacity({ rain, pet, cellCount: 2, stepsPerDay: HOURS });
    expect(capacities[0]).toBeCloseTo(1.2, 10);
    expect(capacities[1]).toBeCloseTo(2.5, 10);
  });
});
