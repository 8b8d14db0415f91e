import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, fitGumbel, hydrologicalYearStart, reducedVariate } from '#hydrology';
import { DEFAULT_AREA_EXPONENT, estimateThresholds, type GaugeRecord } from './estimate-thresholds.js';

const FROM = hydrologicalYearStart(2005);
const HOURS = (hydrologicalYearStart(2015) - FROM) / HOUR_MS;
const times = Float64Array.from({ length: HOURS }, (_, k) => FROM + (k + 1) * HOUR_MS);

/** Constant flow with one peak in the middle of each hydrological year from 2005. */
function gaugeOf(id: string, areaKm2: number, peaks: readonly number[]): GaugeRecord {
  const values = new Float64Array(HOURS).fill(1);
  peaks.forEach((peak, k) => (values[(hydrologicalYearStart(2005 + k) - FROM) / HOUR_MS + 4000] = peak));
  return { id, areaM2: areaKm2 * 1e6, times, values, stepMs: HOUR_MS };
}

const PEAKS = [999, 85, 30, 75, 169, 60, 23, 26, 138, 999]; // 2005 and 2014 lie outside the fitted years

describe('estimateThresholds', () => {
  it('fits 2006-09 to 2014-08 only and says so', () => {
    const rows = estimateThresholds([gaugeOf('A', 400, PEAKS)], []);
    const law = fitGumbel(PEAKS.slice(1, 9));
    expect(rows.map(row => [row.station, row.level, row.returnPeriodYears])).toEqual([['A', 'yellow', 2], ['A', 'orange', 5], ['A', 'red', 20]]); // prettier-ignore
    rows.forEach(row => {
      expect(row.discharge).toBeCloseTo(law.location + law.scale * reducedVariate(row.returnPeriodYears), 0);
      expect([row.low < row.discharge, row.high > row.discharge]).toEqual([true, true]);
      expect(row.provenance).toContain('8 hydrological years within 2006-09..2014-08 (≥ 95 % of hours); largest 169.0 on 2010-02-14');
    });
  });

  it('leaves out a year with too few hours and names it', () => {
    const gauge = gaugeOf('A', 400, PEAKS);
    const values = Float64Array.from(gauge.values);
    const start = (hydrologicalYearStart(2009) - FROM) / HOUR_MS;
    values.fill(NaN, start, start + 1000);
    const [row] = estimateThresholds([{ ...gauge, values }], []);
    expect(row!.provenance).toContain('7 hydrological years within 2006-09..2014-08, without 2009-09 (89 % of hours)');
  });

  it('scales to an ungauged place by the exponent of CRUPEDIX when gauges cannot tell one', () => {
    const rows = estimateThresholds([gaugeOf('A', 400, PEAKS)], [{ id: 'V', areaM2: 100e6 }]);
    const [yellow, scaled] = [rows[0]!, rows[3]!];
    expect(scaled.station).toBe('V');
    expect(scaled.discharge / yellow.discharge).toBeCloseTo(0.25 ** DEFAULT_AREA_EXPONENT, 1);
    expect(scaled.high / scaled.discharge).toBeGreaterThan(yellow.high / yellow.discharge);
    expect(scaled.provenance).toMatch(/^ungauged: A times \(100.0\/400.0 km²\)\^0.8, the exponent of CRUPEDIX/);
  });

  it("takes the exponent of the basin's own gauges and the gauge of the nearest area", () => {
    const gauges = [400, 100, 25].map(area =>
      gaugeOf(
        `G${area}`,
        area,
        PEAKS.map(peak => peak * (area / 400) ** 0.9),
      ),
    );
    const rows = estimateThresholds(gauges, [{ id: 'V', areaM2: 90e6 }]);
    expect(rows.at(-1)!.provenance).toContain(
      'ungauged: G100 times (90.0/100.0 km²)^0.9, the exponent of the 2-year levels of the 3 gauges',
    );
  });

  it('gives none to a gauge with two years, nor to a place without any gauge', () => {
    const values = Float64Array.from(gaugeOf('A', 400, PEAKS).values).fill(NaN, 0, HOURS - 3 * 8766);
    const short = { ...gaugeOf('A', 400, PEAKS), values };
    expect(estimateThresholds([short], [{ id: 'V', areaM2: 90e6 }])).toEqual([]);
  });
});
