import type { Message } from '#bus';
import type { GaugeMessage } from '#contracts';
import { limitsOfStation, type GaugeNetwork } from '#observation';
import { applyVerdicts, inTransaction, lockVerdicts, writeObservations, writeOutbox, writeRejects, type OutboxMessage } from '#store';
import { basinOf, type Archive, type ArchivedBasin } from './archive.js';
import { judgeReceipt } from './judge-receipt.js';
import { readKnown } from './known-gauges.js';

/**
 * Checks and archives gauge values and announces them. Each value is judged by what was known when it was received, so
 * the flags do not depend on how messages were batched, nor on a message coming twice.
 */
export async function archiveGauges(archive: Archive, batch: readonly Message<'obs.gauge.v1'>[]): Promise<void> {
  const basin = basinOf(archive, batch[0]!.key);
  const inOrder = [...batch].sort((a, b) => a.value.receivedAt - b.value.receivedAt);
  const judge = await readKnown(archive.pool, basin.basin, networkOf(basin), inOrder);
  const judged = receiptsOf(inOrder).map(messages => judgeReceipt(basin, messages, judge));
  const rejects = judged.flatMap(one => one.rejects);
  for (const { code, message } of rejects) archive.logger.warn({ basin: basin.basin, code }, message);
  const rows = judged.flatMap(one => one.rows);
  await inTransaction(archive.pool, async client => {
    await lockVerdicts(client, basin.basin);
    await writeObservations(client, basin.basin, rows);
    await applyVerdicts(client, basin.basin, rows);
    await writeRejects(client, basin.basin, rejects);
    await writeOutbox(
      client,
      inOrder.map(message => announcement(archive, message)),
    );
  });
}

/** Messages received at one time, together. */
function receiptsOf(inOrder: readonly Message<'obs.gauge.v1'>[]): GaugeMessage[][] {
  const receipts: GaugeMessage[][] = [];
  for (const { value } of inOrder) {
    const last = receipts.at(-1);
    if (last?.[0]?.receivedAt === value.receivedAt) last.push(value);
    else receipts.push([value]);
  }
  return receipts;
}

const networks = new WeakMap<ArchivedBasin, GaugeNetwork>();

/** What is plausible at each gauge, and which lies below which. */
function networkOf(basin: ArchivedBasin): GaugeNetwork {
  const kept = networks.get(basin);
  if (kept !== undefined) return kept;
  const gauged = basin.stations.filter(station => station.gauged);
  const gauges = new Map(gauged.map(({ id, areaM2 }) => [id as string, limitsOfStation(areaM2, basin.quality?.[id])]));
  const network = { gauges, links: basin.links ?? [] };
  networks.set(basin, network);
  return network;
}

function announcement(archive: Archive, message: Message<'obs.gauge.v1'>): OutboxMessage<'obs.archived.v1'> {
  const { basin, receivedAt, values } = message.value;
  return {
    topic: 'obs.archived.v1',
    key: basin,
    id: `archived/${archive.runKind}/${message.id}`,
    value: { basin, receivedAt, runKind: archive.runKind, values: values.length },
  };
}
