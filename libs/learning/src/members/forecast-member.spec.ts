import { describe, expect, it } from '@jest/globals';
import { Fault } from '#errors';
import { formatMemberFile, forecastOfMember, MEMBER_FORMAT, parseMemberFile, type MemberFile } from './forecast-member.js';
import { channelCount, type MemberKind } from './member-features.js';
import { LEAD_HOURS, PAST_HOURS } from './member-inputs.js';
import { madeUpCases, madeUpObserved } from './test-inputs.js';

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** A network whose every weight is zero but the last biases. */
function fileOf(kind: MemberKind, bias: readonly number[] = [0, 0]): MemberFile {
  const [channels, units, outputs] = [channelCount(kind, 2), 2, 2];
  return {
    format: MEMBER_FORMAT,
    kind,
    basin: 'made-up',
    physics: { model: 'gr4-kw-f32', parameters: 'p', mesh: 'm' },
    topology: { pastHours: PAST_HOURS, leadHours: LEAD_HOURS, channels, units, outputs },
    scales: ['A', 'B'].map(station => ({ station, discharge: 2, rain: 1 })),
    weights: {
      ...{ kernel: zeros(channels * 4 * units), recurrent: zeros(units * 4 * units), bias: zeros(4 * units) },
      ...{ outputKernel: zeros(units * outputs), outputBias: bias },
    },
    fit: {
      ...{ from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z', cases: 1, seed: 1, epochs: 1, rate: 0.1, decay: 0 },
      ...{ lossBefore: 1, lossAfter: 1, rain: 'known' },
    },
    versions: {},
  };
}

const memberOf = (file: MemberFile) => ({ name: 'member', hash: 'h', file });

describe('forecastOfMember', () => {
  const [inputs] = madeUpCases(1);

  it('is the issued forecast or the last discharge where the network adds nothing', () => {
    const corrected = forecastOfMember(memberOf(fileOf('corrector')), inputs!);
    corrected.stations.forEach(({ discharge }, s) => {
      discharge!.forEach((value, lead) => {
        expect(value).toBeCloseTo(inputs!.stations[s]!.issued[lead]!, 9);
      });
    });
    const kept = forecastOfMember(memberOf(fileOf('lstm')), inputs!);
    expect(kept.stations[0]!.discharge![11]).toBeCloseTo(inputs!.stations[0]!.observed.at(-1)!, 9);
  });

  it('adds the output as the root of discharge, and no discharge is negative', () => {
    const { stations } = forecastOfMember(memberOf(fileOf('lstm', [0.5, -1000])), inputs!);
    const last = inputs!.stations[0]!.observed.at(-1)!;
    expect(stations[0]!.discharge![0]).toBeCloseTo((Math.sqrt(last) + 2 * 0.5) ** 2, 9);
    expect(stations[1]!.discharge).toEqual(zeros(LEAD_HOURS));
  });

  it('says nothing about a gauge it knows no discharge of, unless the model does', () => {
    const [silent] = madeUpCases(1, (station, time) => (station === 'A' ? Number.NaN : madeUpObserved(station, time)));
    const heard = (kind: MemberKind): boolean[] =>
      forecastOfMember(memberOf(fileOf(kind)), silent!).stations.map(({ discharge }) => discharge !== null);
    expect(heard('lstm')).toEqual([false, true]);
    expect(heard('corrector')).toEqual([true, true]);
  });
});

describe('a member file', () => {
  it('is read as it was written', () => {
    const file = fileOf('lstm', [0.25, -0.125]);
    expect(parseMemberFile(formatMemberFile(file), 'm.json')).toEqual(file);
  });

  it.each([
    ['{', /m\.json is not JSON/],
    ['{}', /m\.json is not a member file: format/],
    [JSON.stringify({ ...fileOf('lstm'), kind: 'corrector' }), /topology\.channels: is 7, not 21/],
    [JSON.stringify({ ...fileOf('lstm'), weights: { ...fileOf('lstm').weights, bias: [0] } }), /weights\.bias: is 1, not 8/],
  ])('says what is wrong with %.40s', (text, message) => {
    expect(() => parseMemberFile(text, 'm.json')).toThrow(message);
    expect(() => parseMemberFile(text, 'm.json')).toThrow(Fault);
  });
});
