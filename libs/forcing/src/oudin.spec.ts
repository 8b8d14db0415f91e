import { describe, expect, it } from '@jest/globals';
import { extraterrestrialRadiation, oudinPet } from './index.js';

describe('radiation at the top of the atmosphere', () => {
  it('is that of example 8 of FAO 56: 3 September at 20° south', () => {
    expect(extraterrestrialRadiation(-20, 246)).toBeCloseTo(32.2, 1);
  });

  it('is what the equation gives by hand', () => {
    // equator, equinox: sunset π/2, declination 0, distance 1.0058: 1440/π · 0.082 · 1.0058
    expect(extraterrestrialRadiation(0, 81)).toBeCloseTo(37.8, 1);
    // 45° north, 21 June: distance .96754, declination .409, sunset 2.0191; 37.586 · .96754 · (2.0191 · .28121 + .64879 · .90117)
    expect(extraterrestrialRadiation(45, 172)).toBeCloseTo(41.91, 2);
  });

  it('is nothing in the polar night, and goes on through the polar day', () => {
    expect(extraterrestrialRadiation(80, 355)).toBe(0);
    expect(extraterrestrialRadiation(80, 172)).toBeGreaterThan(extraterrestrialRadiation(45, 172) - 5);
    for (let day = 1; day <= 366; day++) expect(extraterrestrialRadiation(90, day)).toBeGreaterThanOrEqual(0);
  });
});

describe('potential evapotranspiration by Oudin', () => {
  it('is (T + 5) / 100 of what the radiation could evaporate', () => {
    expect(oudinPet(20, 24.5)).toBeCloseTo(2.5, 12); // 24.5 MJ evaporate 10 mm
    expect(oudinPet(25, 32.2)).toBeCloseTo(3.943, 3);
  });

  it('is nothing at −5 °C and below, and unknown where the temperature is', () => {
    expect([oudinPet(-5, 20), oudinPet(-30, 20), oudinPet(NaN, 20)]).toEqual([0, 0, NaN]);
    expect(oudinPet(-4.9, 20)).toBeGreaterThan(0);
  });
});
