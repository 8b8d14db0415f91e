import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, epochMs, stationId, type EpochMs } from '#hydrology';
import { GaugeJudge } from './gauge-judge.js';
import { judgeAgain } from './judge-again.js';
import { limitsOfStation } from './limits.js';

const network = { gauges: new Map([['outlet', limitsOfStation(382e6)]]), links: [] };
const at = (hour: number): EpochMs => epochMs(hour * HOUR_MS);
const give = (judge: GaugeJudge, hour: number, value: number) =>
  judge.judgeDischarge('outlet', { validTime: at(hour), receivedAt: at(hour), value });
const sourcesOf = (judge: GaugeJudge) => judge.discharge('outlet').values.map(({ flagSource }) => flagSource);

describe('a judge of gauges', () => {
  it('decides on a spike when the next value has come', () => {
    const judge = new GaugeJudge(network);
    for (const [hour, value] of [20, 21, 20].entries()) give(judge, hour, value);
    expect(give(judge, 3, 60)).toEqual({ quality: { flag: 0, flagSource: '' }, revised: [] });
    expect(give(judge, 4, 21).revised).toEqual([{ station: 'outlet', validTime: at(3), value: 60, flag: 3, flagSource: 'SP' }]);
    expect(sourcesOf(judge)).toEqual(['', '', '', 'SP', '']);
  });

  it('takes the verdict back when a late value shows that the river did rise', () => {
    const judge = new GaugeJudge(network);
    for (const [hour, value] of [20, 20, 60].entries()) give(judge, hour, value);
    expect(give(judge, 3.5, 20).revised).toHaveLength(1);
    expect(give(judge, 2.75, 58).revised).toEqual([{ station: 'outlet', validTime: at(2), value: 60, flag: 0, flagSource: '' }]);
  });

  it('judges a late spike at once, by the values that were there', () => {
    const judge = new GaugeJudge(network);
    give(judge, 0, 20);
    give(judge, 2, 20);
    expect(give(judge, 1, 60).quality).toEqual({ flag: 3, flagSource: 'SP' });
  });

  it('does not listen to an impossible value, and leaves what is settled', () => {
    const judge = new GaugeJudge(network);
    for (const [hour, value] of [60, 60, 0.5].entries()) give(judge, hour, value);
    expect(give(judge, 3, 1e6)).toMatchObject({ quality: { flag: 6 }, revised: [] });
    const other = new GaugeJudge(network);
    give(other, 0, 20);
    other.judgeDischarge('outlet', { validTime: at(1), receivedAt: at(1), value: 60 }, [], 1);
    expect(give(other, 2, 20).revised).toEqual([]);
  });

  it('is switched off check by check', () => {
    const judge = new GaugeJudge({ ...network, gauges: new Map([['outlet', limitsOfStation(382e6, { off: ['SP'] })]]) });
    for (const [hour, value] of [20, 60, 20].entries()) give(judge, hour, value);
    expect(sourcesOf(judge)).toEqual(['', '', '']);
  });

  it('comes to the same flags again from the values alone, whatever they are', () => {
    const values = fc.array(fc.constantFrom(0, 0.001, 1, 1, 20, 21, 22, 60, 61, 400, 5000, -1), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, discharges => {
        const judge = new GaugeJudge(network);
        discharges.forEach((value, hour) => give(judge, hour, value));
        const once = judge.discharge('outlet').values.map(({ flag }) => flag);
        const series = {
          ...{ station: stationId('outlet'), variable: 'Q' as const, flags: new Uint8Array(discharges.length) },
          ...{ times: Float64Array.from(discharges, (_, hour) => at(hour)), values: Float64Array.from(discharges) },
        };
        expect([...judgeAgain([series], network)[0]!.flags]).toEqual(once);
        expect(judge.discharge('outlet').values.map(({ value }) => value)).toEqual(discharges); // nothing is lost
      }),
    );
  });
});
