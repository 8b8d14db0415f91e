import { beforeAll, describe, expect, it } from '@jest/globals';
import { scoreNowcasts, type LeadScore } from '../../../apps/freshet/src/commands/score-nowcasts.js';
import { openmrgMosaics } from '../../setup/openmrg-mosaics.js';

const PATH = process.env['FRESHET_OPENMRG'];
if (PATH === undefined)
  process.stderr.write('nowcasts of real mosaics are not scored: FRESHET_OPENMRG is not set (test/bench/README.md)\n');

/** With FRESHET_OPENMRG = openmrg_rad.nc of mergeplg 0.2.0: 31 real mosaics of 5 min. All issue times count, the late ones too, when the rain has nearly gone. */
(PATH === undefined ? describe.skip : describe)('the nowcast of real mosaics', () => {
  const scores = new Map<number, LeadScore[]>();
  beforeAll(async () => {
    for (const step of [5, 15]) scores.set(step, scoreNowcasts(await openmrgMosaics(PATH!, step), { leads: 90 / step }));
  });

  it('of 5 min is above rain that stays at every lead from 5 to 90 min in correlation and CSI', () => {
    const byLead = scores.get(5)!;
    expect(byLead.map(({ leadMinutes }) => leadMinutes)).toEqual(Array.from({ length: 18 }, (_, n) => 5 * (n + 1)));
    for (const { nowcast, persistence } of byLead) {
      expect(nowcast.correlation - persistence.correlation).toBeGreaterThan(0.1);
      expect(nowcast.csi - persistence.csi).toBeGreaterThan(0.09);
    }
  });

  it('of 15 min is above it too, but that at 90 min no cell that was scored had 1 mm/h', () => {
    const byLead = scores.get(15)!;
    expect(byLead.map(({ leadMinutes, issues }) => [leadMinutes, issues])).toEqual(
      [15, 30, 45, 60, 75, 90].map((lead, n) => [lead, 20 - 3 * n]),
    );
    for (const { nowcast, persistence } of byLead) expect(nowcast.correlation - persistence.correlation).toBeGreaterThan(0.15);
    for (const { nowcast, persistence } of byLead.slice(0, 5)) expect(nowcast.csi).toBeGreaterThan(persistence.csi);
    const [last] = byLead.slice(5) as [LeadScore];
    expect([last.nowcast.csi, last.persistence.csi, last.carried.csi]).toEqual([0, 0, 0]);
  });

  it('has the scores that are published', () => {
    const published = scores.get(15)!.map(({ nowcast }) => [nowcast.correlation, nowcast.csi].map(score => Number(score.toFixed(2))));
    expect(published).toEqual([
      [0.94, 0.67],
      [0.89, 0.58],
      [0.86, 0.54],
      [0.81, 0.3],
      [0.71, 0.08],
      [0.59, 0],
    ]);
  });
});
