import type { GaugeSettings } from '#config';

/** A source of CSV files of discharge in a folder, of stations under their own names; what fills the folder is said by `changes`. */
export const csvSource = (folder: string, changes: Partial<GaugeSettings>): GaugeSettings => ({
  ...{ id: 'levels', kind: 'csv', enabled: true, every: 300_000, folder, quantities: ['Q'], credentials: [], timeout: 1000, largestMb: 1 },
  ...{ pages: 1, overlap: 0, reach: 0, backOff: { first: 1000, longest: 1000 }, zoneMinutes: 0, parameters: {} },
  csv: {
    ...{ separator: ',', decimal: '.', time: 'time', timeFormat: 'iso', value: 'value', unit: 'm3/s', missing: [] },
    ...{ station: { column: 'station' }, variable: { fixed: 'Q' } },
  },
  ...changes,
});
