import { describe, expect, it } from '@jest/globals';
import { placeLabels, wrapName } from './place-labels.js';

const FRAME = { width: 400, height: 300 };
const point = (id: string, x: number, y: number) => ({ id, x, y, labelWidth: 80, labelHeight: 14 });

describe('labels of the map', () => {
  it('stand to the right where nothing is in the way', () => {
    expect(placeLabels([point('a', 100, 100)], FRAME).get('a')).toBe('right');
  });

  it('turn away from the edge of the map and from a neighbour', () => {
    expect(placeLabels([point('a', 390, 100)], FRAME).get('a')).toBe('left');
    expect(placeLabels([point('a', 200, 100), point('b', 240, 100)], FRAME).get('a')).toBe('left');
  });

  it('give two stations on one spot two sides', () => {
    const sides = placeLabels([point('a', 200, 150), point('b', 200, 150)], FRAME);
    expect(sides.get('a')).not.toBe(sides.get('b'));
  });

  it('break long names where the lines come out alike', () => {
    expect(wrapName('Cance below the Déôme confluence')).toBe('Cance below the\nDéôme confluence');
    expect(wrapName('Ternay gauge')).toBe('Ternay gauge');
    expect(wrapName('Châteauneuf-de-Galaure')).toBe('Châteauneuf-de-Galaure');
  });
});
