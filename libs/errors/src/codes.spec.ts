import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CODES } from './codes.js';
import { Fault, isFault } from './fault.js';

describe('the register of codes', () => {
  it('is what docs/reference/errors.md lists, in the same order', () => {
    const page = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([A-Z_]+)` *\| (\w+) *\| (\d+) *\| (.*?) *\|$/gm)].map(row => row.slice(1));
    const registered = Object.entries(CODES).map(([code, { kind, status, remedy }]) => [code, kind, String(status), remedy]);
    expect(listed).toEqual(registered);
  });

  it('gives every code a remedy in a sentence', () => {
    for (const [code, { remedy }] of Object.entries(CODES)) expect(`${code}: ${remedy}`).toMatch(/: [A-Z].*\.$/);
  });

  it('gives a fault its kind and remedy', () => {
    const fault = new Fault('STATION_UNKNOWN', 'there is no station "X"', { station: 'X' });
    expect(fault).toMatchObject({ kind: 'input', remedy: CODES.STATION_UNKNOWN.remedy, context: { station: 'X' } });
    expect(isFault(fault)).toBe(true);
    expect(isFault(new Error('x'))).toBe(false);
  });
});
