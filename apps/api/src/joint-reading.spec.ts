import { describe, expect, it } from '@jest/globals';
import { JointReading } from './joint-reading.js';

describe('a joint reading', () => {
  /** Readings that end when they are told to. */
  const controlled = () => {
    const begun: { resolve(value: number): void; reject(error: Error): void }[] = [];
    const joint = new JointReading(() => new Promise<number>((resolve, reject) => begun.push({ resolve, reject })));
    return { begun, joint };
  };

  it('is one for all who ask while another is under way, and begins after they asked', async () => {
    const { begun, joint } = controlled();
    const first = joint.ask();
    const later = [joint.ask(), joint.ask(), joint.ask()];
    expect(begun).toHaveLength(1);
    begun[0]!.resolve(1);
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(begun).toHaveLength(2);
    begun[1]!.resolve(2);
    expect(await Promise.all(later)).toEqual([2, 2, 2]);
    const last = joint.ask();
    expect(begun).toHaveLength(3);
    begun[2]!.resolve(3);
    expect(await last).toBe(3);
  });

  it('fails for those who asked for it and for nobody after them', async () => {
    const { begun, joint } = controlled();
    const first = joint.ask();
    const second = joint.ask();
    begun[0]!.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await new Promise(resolve => setImmediate(resolve));
    begun[1]!.resolve(2);
    expect(await second).toBe(2);
  });
});
