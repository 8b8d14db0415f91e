import type { Message } from '#bus';
import { epochMs } from '#hydrology';
import { decodeTemperature } from '#observation';
import { inTransaction, writeRejects, writeTemperatures, type RejectRow, type TemperatureRow } from '#store';
import { basinOf, type Archive } from './archive.js';

/** Archives the temperature of a weather model by its runs; a grid that is corrupt is named among the rejects. */
export async function archiveTemperature(archive: Archive, batch: readonly Message<'obs.temperature.v1'>[]): Promise<void> {
  const basin = basinOf(archive, batch[0]!.key);
  const rows: TemperatureRow[] = [];
  const rejects: RejectRow[] = [];
  for (const { value } of batch) {
    const decoded = decodeTemperature(value, basin.cellCount);
    if ('grid' in decoded) rows.push({ ...decoded.grid, source: value.source });
    else {
      archive.logger.warn({ basin: basin.basin, code: decoded.reject.code }, decoded.reject.message);
      rejects.push({ source: value.source, receivedAt: epochMs(value.receivedAt), ...decoded.reject, payload: value });
    }
  }
  await inTransaction(archive.pool, async client => {
    await writeTemperatures(client, basin.basin, rows);
    await writeRejects(client, basin.basin, rejects);
  });
}
