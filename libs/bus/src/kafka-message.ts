import type { KafkaMessage, Message as OutgoingMessage } from 'kafkajs';
import { TOPICS, type Topic, type TopicValue } from '#contracts';
import { Fault } from '#errors';
import type { Message } from './bus.js';

/** What came off a partition: a message, or bytes that are none and why. */
export type Received<T extends Topic> =
  | { readonly offset: bigint; readonly message: Message<T>; readonly refusal: null }
  | { readonly offset: bigint; readonly message: Message<T>; readonly refusal: Fault };

/** The value is JSON, the id a header. */
export const encodeMessage = <T extends Topic>(message: Message<T>): OutgoingMessage => ({
  key: message.key,
  value: JSON.stringify(message.value),
  headers: { id: message.id },
});

/**
 * Reads a message and checks it against its topic. What cannot be read keeps its text, so that the dead letter shows
 * what was sent; whoever writes to the topic need not be Freshet.
 */
export function decodeMessage<T extends Topic>(topic: T, raw: KafkaMessage, place: string): Received<T> {
  const key = raw.key?.toString() ?? '';
  const id = raw.headers?.['id']?.toString() ?? place;
  const text = raw.value?.toString() ?? '';
  const offset = BigInt(raw.offset);
  const refused = (reason: string): Received<T> => ({
    offset,
    message: { key, id, value: text as unknown as TopicValue<T> },
    refusal: new Fault('MESSAGE_UNREADABLE', `${place} of ${topic} ${reason}`, { topic, id }),
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refused('is no JSON');
  }
  const checked = TOPICS[topic].safeParse(parsed);
  if (!checked.success) {
    return refused(`does not fit: ${checked.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  }
  return { offset, message: { key, id, value: checked.data as TopicValue<T> }, refusal: null };
}
