import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, buildMesh, epochMs, parseIso, stationId } from '#hydrology';
import { openRecord, type RecordFiles } from './domain-record.js';

const START = parseIso('2014-11-04');
const stamps = [1, 2, 3].map(k => epochMs(START + k * HOUR_MS));
const GRID = { epsg: 2154, xMin: 0, yMax: 1000, xResolution: 1000, yResolution: 1000, rows: 1, columns: 2 };
const FILES: RecordFiles = {
  rain: { ...GRID, stepMs: HOUR_MS, stamps, values: Int16Array.of(10, -500, -1, -1, -7, -7), missing: -1, perMm: 10 },
  pet: { ...GRID, daysOfYear: [309], values: Float32Array.of(1, 1) },
  discharge: { stations: ['S'], stamps, values: Float32Array.of(5, -7, NaN) },
  rainLatencyMs: 0,
};

describe('openRecord', () => {
  const mesh = buildMesh({ rows: 1, columns: 2, codes: Uint8Array.of(3, 3) }, GRID);
  const record = openRecord(FILES, mesh);
  const all = [START, stamps[2]!] as const;

  it('leaves missing and impossible values out of what is computed with', () => {
    expect(record.rain(...all).map(({ values }) => [...values])).toEqual([[1, NaN]]);
    expect([...record.discharge(stationId('S'), ...all).values]).toEqual([5]);
  });

  it('sends impossible values as they are, for quality control to refuse by name', () => {
    expect(record.sent.rain(...all).map(({ values }) => [...values].map(depth => Math.round(depth * 10)))).toEqual([
      [10, -500],
      [-7, -7],
    ]);
    expect([...record.sent.discharge(stationId('S'), ...all).values]).toEqual([5, -7]);
  });
});
