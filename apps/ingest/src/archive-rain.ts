import type { Message } from '#bus';
import { epochMs } from '#hydrology';
import { decodeRain, meanDepth } from '#observation';
import { inTransaction, writeRain, writeRainForecasts, writeRejects, type ForecastRow, type RainRow, type RejectRow } from '#store';
import { basinOf, type Archive } from './archive.js';

/** A grid of which some cells are missing is complete enough to use, and says so. */
const PARTIAL = 'PARTIAL';
/** Reliable, and altered on the way: filters took out what was no rain; they are named beside. */
const CORRECTED = 1;

/** Archives rain grids, those of weather models by their runs; a grid that is corrupt or impossible is named among the rejects and its hour stays missing. */
export async function archiveRain(archive: Archive, batch: readonly Message<'obs.rain.v1'>[]): Promise<void> {
  const basin = basinOf(archive, batch[0]!.key);
  const rows: RainRow[] = [];
  const forecasts: ForecastRow[] = [];
  const rejects: RejectRow[] = [];
  for (const { value } of batch) {
    const decoded = decodeRain(value, basin.cellCount);
    if ('grid' in decoded && value.issuedAt !== undefined) {
      forecasts.push({ ...decoded.grid, source: value.source, issued: epochMs(value.issuedAt) });
    } else if ('grid' in decoded) {
      const { alteredBy = [] } = value;
      const partial = decoded.grid.values.some(Number.isNaN);
      rows.push({
        ...decoded.grid,
        source: value.source,
        meanMm: meanDepth(decoded.grid.values),
        flag: alteredBy.length > 0 ? CORRECTED : 0,
        flagSource: [...(partial ? [PARTIAL] : []), ...alteredBy.map(name => name.toUpperCase())].join(' '),
      });
    } else {
      archive.logger.warn({ basin: basin.basin, code: decoded.reject.code }, decoded.reject.message);
      rejects.push({ source: value.source, receivedAt: epochMs(value.receivedAt), ...decoded.reject, payload: value });
    }
  }
  await inTransaction(archive.pool, async client => {
    await writeRain(client, basin.basin, rows);
    await writeRainForecasts(client, basin.basin, forecasts);
    await writeRejects(client, basin.basin, rejects);
  });
}
