import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';
import { loadDomain } from '#config';
import { parseIso, timeGrid } from '#hydrology';
import { parameterFields, parseParameterFile } from '#learning';
import { recordForcing } from './record-inputs.js';
import { openKernel } from './run-options.js';
import { simulateInPieces } from './simulate-in-pieces.js';

describe('simulateInPieces', () => {
  it('gives the bits of one run, the state of each hour, and a balance that closes', async () => {
    const folder = new URL('.', import.meta.resolve('#domains/cance/domain.yaml'));
    const domain = await loadDomain(fileURLToPath(folder));
    const text = await readFile(new URL('parameters/multilinear.json', folder), 'utf8');
    const file = parseParameterFile(text, 'multilinear.json');
    const kernel = openKernel({ domain, stations: domain.stations, structure: 'gr4', routing: 'kw', stepSeconds: 900 });
    const fields = parameterFields(file, domain, kernel.layout);
    const time = timeGrid(parseIso('2014-10-09'), parseIso('2014-10-11T06:00'), 900_000);
    const request = { ...fields, forcing: recordForcing(domain.record, time) };
    const pieces = simulateInPieces(time, request, kernel);
    const whole = kernel.run(request);
    expect(pieces.discharge).toEqual(whole.discharge);
    expect(pieces.states.at(-1)).toEqual(whole.finalState);
    expect(pieces.states).toHaveLength(54);
    expect(pieces.massBalance.rain).toBeCloseTo(whole.massBalance.rain, 3);
    expect(Math.abs(pieces.massBalance.relativeError)).toBeLessThan(1e-4);
    expect(pieces.massBalance.rain).toBeGreaterThan(100);
  });
});
