import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';
import { loadDomain } from '#config';
import { parseIso, timeGrid } from '#hydrology';
import type { Kernel, RunRequest } from '#kernel';
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

  it('keeps every step where steps are longer than an hour', () => {
    const time = { start: parseIso('2014-10-09'), stepMs: 24 * 3_600_000, count: 3 };
    const asked: number[] = [];
    const balance = { rain: 1, evaporation: 0, exchange: 0, runoff: 1, storageChange: 0, relativeError: 0 };
    const kernel = {
      layout: { cellCount: 1, stationCount: 1 },
      run: ({ forcing }: RunRequest) => {
        asked.push(...forcing.rain);
        return { discharge: Float64Array.of(forcing.rain[0]!), finalState: new Float64Array(1), massBalance: balance };
      },
    } as unknown as Kernel;
    const forcing = { steps: 3, rain: Float32Array.of(5, 6, 7), pet: new Float32Array(3) };
    const simulation = simulateInPieces(time, { forcing, parameters: new Float64Array(1), initialState: new Float64Array(1) }, kernel);
    expect([asked, [...simulation.discharge], simulation.pieces]).toEqual([[5, 6, 7], [5, 6, 7], time]);
  });
});
