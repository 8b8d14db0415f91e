import { describe, expect, it } from '@jest/globals';
import { stationId } from '#hydrology';
import { decodeMemory, encodeMemory, newMemory } from './memory.js';
import { defaultSettings } from './settings.js';

describe('error memory', () => {
  const memory = newMemory([stationId('S')], defaultSettings(1));

  it('survives storage exactly', () => {
    expect(decodeMemory(encodeMemory(memory))).toEqual(memory);
  });

  it('refuses what another release wrote, by its version', () => {
    const older = new TextEncoder().encode(JSON.stringify({ ...memory, version: 2 }));
    expect(() => decodeMemory(older)).toThrow('the state remembers errors in version 2, this Freshet reads version 4');
  });
});
