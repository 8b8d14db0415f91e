import { beforeAll, describe, expect, it } from '@jest/globals';
import { makeSubjects, type Subject } from './decoders.js';
import { fuzz } from './run-fuzz.js';

/** Mutants a decoder in each run of the tests; `npm run fuzz 1000000` tries a million. */
const MUTANTS = 200;

describe('every decoder', () => {
  let subjects: readonly Subject[];
  beforeAll(async () => {
    subjects = await makeSubjects();
  });

  it('reads what it starts from', async () => {
    for (const subject of subjects) expect([subject.name, (await subject.intact()) > 0]).toEqual([subject.name, true]);
  });

  it('turns whatever comes into values and named rejects: no crash, no hang, nothing dropped', async () => {
    const reports = [];
    for (const subject of subjects) reports.push(await fuzz(subject, MUTANTS, 1));
    expect(reports.flatMap(({ defects }) => defects)).toEqual([]);
    expect(reports.length).toBeGreaterThanOrEqual(22);
  }, 120_000);
});
