import { describe, expect, it } from '@jest/globals';
import type { OperatorActView } from '#contracts';
import { describeAct } from './operator-acts.js';

const ACT: OperatorActView = {
  ...{ seq: 1, at: '2026-01-10T00:00:00Z', runKind: 'scheduled', callerKind: 'key', caller: '01', callerName: 'Duty desk' },
  ...{ address: '192.0.2.7', act: 'POST /v1/replay/pause', target: '/v1/replay/pause', request: null },
  ...{ endedAt: '2026-01-10T00:00:00Z', status: 200, code: null },
};

describe('an act of an operator', () => {
  it('says who took which alert and why', () => {
    const target = `/v1/alerts/${encodeURIComponent('scheduled:cance:V3524010:Q:forecast:red')}/acknowledge`;
    const request = JSON.stringify({ operator: 'M. Durand', note: 'calling the mayor' });
    expect(describeAct({ ...ACT, act: 'POST /v1/alerts/:alert/acknowledge', target, request })).toEqual({
      ...{ what: 'acknowledged red forecast V3524010', who: 'M. Durand (Duty desk)', why: 'calling the mayor' },
      ...{ outcome: 'done', ending: 'done' },
    });
  });

  it('says how a replay was steered, and who it was where nobody need say', () => {
    expect(describeAct(ACT)).toMatchObject({ what: 'paused the replay', who: 'Duty desk', why: '' });
    const speed = { ...ACT, act: 'POST /v1/replay/speed', callerKind: 'nobody' as const, callerName: '', caller: '' };
    expect(describeAct({ ...speed, request: '{"minutesPerSecond":15}' })).toMatchObject({
      what: 'set the speed of the replay to 15 min/s',
      who: 'no key needed',
    });
    expect(describeAct({ ...speed, request: '{"minutesPerSecond":null}' }).what).toContain('as fast as it goes');
  });

  it('never takes a refusal or silence for success', () => {
    expect(describeAct({ ...ACT, status: 409, code: 'CONFLICT' })).toMatchObject({ outcome: 'refused', ending: 'refused: conflict' });
    expect(describeAct({ ...ACT, status: null, endedAt: null })).toMatchObject({ outcome: 'unknown' });
  });

  it('shows what it does not know as it stands', () => {
    expect(describeAct({ ...ACT, act: 'key revoke', target: '0123', callerKind: 'command', callerName: 'root', status: 0 })).toMatchObject({
      ...{ what: 'key revoke 0123', who: 'root', outcome: 'done' },
    });
    const torn = { ...ACT, act: 'POST /v1/alerts/:alert/acknowledge', target: '/v1/alerts/%E0%A4/acknowledge', request: '{' };
    expect(describeAct(torn)).toMatchObject({ what: 'acknowledged %E0%A4', who: 'Duty desk' });
  });
});
