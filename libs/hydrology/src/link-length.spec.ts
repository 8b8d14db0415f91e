import { expect, test } from '@jest/globals';
import { buildMesh } from './build-mesh.js';
import { linkLengths } from './link-length.js';

// Five cells in a row of three and two: east, south-east, south; the last drains out of the raster.
const directions = { rows: 3, columns: 3, codes: Uint8Array.from([3, 4, 0, 0, 0, 5, 0, 0, 5]) };
const frame = { epsg: 2154, xMin: 0, yMax: 0, xResolution: 1000, yResolution: 500 };
const lengthAt = (mesh: ReturnType<typeof buildMesh>, row: number, column: number) => {
  const lengths = linkLengths(mesh);
  return lengths[[...lengths.keys()].find(cell => mesh.row[cell] === row && mesh.column[cell] === column)!];
};

test('links along the rows, along the columns, diagonals, and the outlet', () => {
  const mesh = buildMesh(directions, frame);
  expect(lengthAt(mesh, 0, 0)).toBe(1000);
  expect(lengthAt(mesh, 0, 1)).toBeCloseTo(Math.hypot(1000, 500), 9);
  expect(lengthAt(mesh, 1, 2)).toBe(500);
  expect(lengthAt(mesh, 2, 2)).toBe(1000);
});

test('on a grid of degrees the sizes are those at the latitude', () => {
  const mesh = buildMesh(directions, { ...frame, epsg: 4326, yMax: 60, xResolution: 0.01, yResolution: 0.01 });
  const dy = 0.01 * 111_199;
  expect(lengthAt(mesh, 1, 2)).toBeCloseTo(dy, 6);
  expect(lengthAt(mesh, 0, 0)).toBeCloseTo(dy * Math.cos((59.995 * Math.PI) / 180), 6);
});
