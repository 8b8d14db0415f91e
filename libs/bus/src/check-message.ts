import { TOPICS, type Topic } from '#contracts';
import { Fault } from '#errors';
import type { Message } from './bus.js';

/**
 * What leaves must fit its topic: a message that does not is our own mistake, found where it was made.
 * @throws Fault INVARIANT
 */
export function checkMessage<T extends Topic>(topic: T, message: Message<T>): void {
  const checked = TOPICS[topic].safeParse(message.value);
  if (checked.success) return;
  const issues = checked.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new Fault('INVARIANT', `message ${message.id} does not fit ${topic}: ${issues}`, { topic, id: message.id });
}
