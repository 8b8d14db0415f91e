import type { Message } from '#bus';
import { epochMs, type EpochMs } from '#hydrology';
import { inTransaction, writeRejects, type RejectRow } from '#store';
import type { Archive } from './archive.js';

/** Keeps what the bus or a collector put aside, with the reason, where the data status shows it. */
export async function archiveDeadLetters(archive: Archive, batch: readonly Message<'dead.v1'>[]): Promise<void> {
  const rejects = batch.map(({ value }) => rejectOf(value));
  for (const { code, message } of rejects) archive.logger.warn({ basin: batch[0]!.key, code }, message);
  await inTransaction(archive.pool, client => writeRejects(client, batch[0]!.key, rejects));
}

function rejectOf(letter: Message<'dead.v1'>['value']): RejectRow {
  const [, code = 'OBSERVATION_UNDECODABLE', message = letter.reason] = /^([A-Z_]+): (.*)$/s.exec(letter.reason) ?? [];
  const { source, receivedAt } = originOf(letter.value);
  return { source: source ?? letter.topic, receivedAt, code, message, payload: letter.value };
}

/** Observations say where and when they came from; other messages have neither. */
function originOf(value: unknown): { readonly source: string | null; readonly receivedAt: EpochMs } {
  if (typeof value !== 'object' || value === null) return { source: null, receivedAt: epochMs(0) };
  const source = 'source' in value && typeof value.source === 'string' ? value.source : null;
  const receivedAt = 'receivedAt' in value && typeof value.receivedAt === 'number' ? value.receivedAt : 0;
  return { source, receivedAt: epochMs(receivedAt) };
}
