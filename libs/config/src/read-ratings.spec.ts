import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dischargeAt, parseIso, stationId } from '#hydrology';
import { readRatings } from './read-ratings.js';

describe('rating curves of a domain', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'freshet-ratings-'))));
  afterAll(() => rm(folder, { recursive: true }));
  const read = async (text: string) => {
    await writeFile(join(folder, 'curve.csv'), text);
    return (await readRatings({ G1: 'curve.csv' }, folder)).get(stationId('G1'))!;
  };

  it('have periods, straight lines or power laws', async () => {
    const curve = await read(
      'from,to,stage_m,discharge_m3s,no_flow_m\n,2020-01-01,0,1,\n,2020-01-01,1,11,\n2020-01-01,,0.5,4,0.3\n2020-01-01,,1.1,64,0.3\n',
    );
    expect(dischargeAt(curve, 0.5, parseIso('2019-12-31'))).toEqual({ discharge: 6, extrapolated: false });
    // between .2 and .8 m above no flow, from 4 to 64 m³/s: the exponent is 2
    expect(dischargeAt(curve, 0.7, parseIso('2020-01-01'))!.discharge).toBeCloseTo(16, 9);
    expect(dischargeAt(curve, 3, parseIso('2020-01-01'))!.extrapolated).toBe(true);
  });

  it('are refused with the file and what is wrong', async () => {
    await expect(read('stage_m,flow\n0,1\n')).rejects.toThrow(
      'the rating curve of G1 (curve.csv) cannot be used: it has no column discharge_m3s',
    );
    await expect(read('stage_m,discharge_m3s\n0,1\n0,2\n')).rejects.toThrow('has stages that do not ascend');
    await expect(read('from,stage_m,discharge_m3s\n1.1.2020,0,1\n1.1.2020,1,2\n')).rejects.toThrow('"1.1.2020" is no time');
    await expect(read('stage_m,discharge_m3s\n,1\n1,2\n')).rejects.toThrow('something that is no number');
    await expect(read('')).rejects.toThrow('needs a table');
  });
});
