import { describe, expect, it } from '@jest/globals';
import type { AlertView } from '#contracts';
import { groupAlerts, unsignedOf } from './group-alerts.js';

const alert = (part: Partial<AlertView>): AlertView =>
  ({ id: 'a', station: 'V1', basis: 'forecast', level: 'red', active: true, acknowledged: null, ...part }) as AlertView;

describe('alerts of one station are one card', () => {
  it('is led by the worst, in the order of the API', () => {
    const groups = groupAlerts([
      alert({ id: '1' }),
      alert({ id: '2', station: 'V2' }),
      alert({ id: '3', basis: 'observed', level: 'orange' }),
    ]);
    expect(groups.map(group => [group.leading.id, group.others.map(one => one.id)])).toEqual([
      ['1', ['3']],
      ['2', []],
    ]);
  });

  it('leaves out what is not active and lets an absence stand alone', () => {
    const groups = groupAlerts([
      alert({ id: '1' }),
      alert({ id: '2', basis: 'absence', level: 'absent' }),
      alert({ id: '3', active: false }),
    ]);
    expect(groups.map(group => group.leading.id)).toEqual(['1', '2']);
  });

  it('knows what nobody has signed yet', () => {
    const signed = { by: 'M. Durand', at: '2014-11-04T13:15:00Z', note: null };
    const [group] = groupAlerts([alert({ id: '1', acknowledged: signed }), alert({ id: '2', level: 'orange' })]);
    expect(unsignedOf(group!).map(one => one.id)).toEqual(['2']);
  });
});
