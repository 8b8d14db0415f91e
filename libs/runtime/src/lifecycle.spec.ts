import { describe, expect, it } from '@jest/globals';
import { Lifecycle } from './lifecycle.js';
import { createLogger } from './logger.js';

describe('Lifecycle', () => {
  it('stops in the opposite order, once, past failures and hangs', async () => {
    const lifecycle = new Lifecycle(createLogger('silent'), 20);
    const stopped: string[] = [];
    const stops: Record<string, () => Promise<void>> = {
      database: () => Promise.resolve(),
      hanging: () => new Promise(() => undefined),
      failing: () => Promise.reject(new Error('no')),
      server: () => Promise.resolve(),
    };
    for (const [name, stop] of Object.entries(stops)) {
      lifecycle.push(name, () => {
        stopped.push(name);
        return stop();
      });
    }
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(stopped).toEqual(['server', 'failing', 'hanging', 'database']);
  });
});
