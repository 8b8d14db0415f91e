import { describe, expect, it } from '@jest/globals';
import { groupAlerts, type Groupable } from './group.js';

const alert = (station: string, basis: Groupable['basis'], level: Groupable['level'], active = true): Groupable => ({
  id: `${station}:${basis}:${level}`,
  basin: 'cance',
  station,
  basis,
  level,
  phase: active ? 'raised' : 'clear',
  active,
});

describe('groupAlerts', () => {
  it('lets the worst level speak for its station, the observation before the forecast', () => {
    const groups = groupAlerts([
      alert('A', 'forecast', 'yellow'),
      alert('A', 'forecast', 'red'),
      alert('A', 'observed', 'yellow'),
      alert('B', 'forecast', 'orange'),
      alert('B', 'observed', 'orange'),
      alert('B', 'observed', 'red', false),
    ]);
    expect(groups).toEqual([
      { basin: 'cance', station: 'A', level: 'red', alert: 'A:forecast:red', implies: ['A:observed:yellow', 'A:forecast:yellow'] },
      { basin: 'cance', station: 'B', level: 'orange', alert: 'B:observed:orange', implies: ['B:forecast:orange'] },
    ]);
  });

  it('keeps a silent gauge apart from its high river', () => {
    const groups = groupAlerts([alert('A', 'absence', 'absent'), alert('A', 'observed', 'red')]);
    expect(groups.map(group => [group.level, group.alert])).toEqual([
      ['red', 'A:observed:red'],
      [null, 'A:absence:absent'],
    ]);
  });
});
