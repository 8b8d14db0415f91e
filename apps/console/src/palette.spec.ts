import { describe, expect, it } from '@jest/globals';
import { LEVEL_MARKS } from './level-mark.js';
import { PALETTES, type Palette } from './palette.js';

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map(at => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const TEXTS: readonly (readonly [keyof Palette, keyof Palette])[] = [
  ['ink', 'panel'],
  ['ink', 'page'],
  ['ink', 'raised'],
  ['ink', 'warnGround'],
  ['quiet', 'panel'],
  ['quiet', 'raised'],
  ['warn', 'warnGround'],
  ['accent', 'panel'],
  ['onYellow', 'yellow'],
  ['onOrange', 'orange'],
  ['panel', 'accent'],
];

describe.each(['light', 'dark'] as const)('the %s palette', theme => {
  const palette = PALETTES[theme];

  it.each(TEXTS)('text %s on %s has the contrast WCAG AA asks for', (text, ground) => {
    expect(contrast(palette[text], palette[ground])).toBeGreaterThanOrEqual(4.5);
  });

  it('sets large letters of the red mark off at 3:1', () => {
    expect(contrast(palette.onRed, palette.red)).toBeGreaterThanOrEqual(3);
  });

  it('tells the levels apart without hue: each is darker than the one below it', () => {
    expect(luminance(palette.yellow) / luminance(palette.orange)).toBeGreaterThan(1.6);
    expect(luminance(palette.orange) / luminance(palette.red)).toBeGreaterThan(1.6);
  });
});

it('gives every condition a shape of its own and every level a letter of its own', () => {
  const marks = Object.values(LEVEL_MARKS);
  expect(new Set(marks.map(mark => mark.path)).size).toBe(marks.length);
  expect(new Set(marks.map(mark => mark.letter)).size).toBe(marks.length);
});
