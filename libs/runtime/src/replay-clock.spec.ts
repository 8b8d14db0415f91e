import { describe, expect, it } from '@jest/globals';
import { BEAT_MS, epochMs, parseIso } from '#hydrology';
import { ReplayClock } from './replay-clock.js';

const FROM = parseIso('2014-11-03');
const beat = (k: number) => epochMs(FROM + k * BEAT_MS);
const span = { from: FROM, to: beat(3) };
const never = new AbortController().signal;

describe('ReplayClock', () => {
  it('plays every beat in order and waits for each to settle', async () => {
    const clock = new ReplayClock(span, 'max');
    const seen: number[] = [];
    let active = 0;
    await clock.run(async time => {
      expect(++active).toBe(1);
      expect(clock.now()).toBe(time);
      await new Promise(resolve => setTimeout(resolve, 2));
      seen.push(time);
      active--;
    }, never);
    expect(seen).toEqual([0, 1, 2, 3].map(beat));
    expect(clock.state()).toMatchObject({ now: beat(3), finished: true });
  });

  it('goes on after the last settled beat', async () => {
    const seen: number[] = [];
    await new ReplayClock({ ...span, settled: beat(1) }, 'max').run(time => Promise.resolve(void seen.push(time)), never);
    expect(seen).toEqual([beat(2), beat(3)]);
  });

  it('keeps to its speed: 300 simulated minutes a second are 50 ms a beat', async () => {
    const began = performance.now();
    await new ReplayClock(span, 300).run(() => Promise.resolve(), never);
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(190);
    expect(took).toBeLessThan(1500);
  });

  it('pauses, resumes and changes its speed while it waits', async () => {
    const clock = new ReplayClock(span, 0.001);
    const seen: number[] = [];
    const played = clock.run(time => Promise.resolve(void seen.push(time)), never);
    await new Promise(resolve => setTimeout(resolve, 20));
    clock.pause();
    clock.setSpeed('max');
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(seen).toEqual([beat(0)]);
    clock.resume();
    await played;
    expect(seen).toHaveLength(4);
  });

  it('ends after the current beat when it is told to stop', async () => {
    const stop = new AbortController();
    const clock = new ReplayClock(span, 'max');
    await clock.run(time => {
      if (time === beat(1)) stop.abort();
      return Promise.resolve();
    }, stop.signal);
    expect(clock.state()).toMatchObject({ now: beat(1), finished: false });
  });
});
