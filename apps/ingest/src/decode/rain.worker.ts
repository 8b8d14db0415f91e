import { parentPort } from 'node:worker_threads';
import { projectionOf } from '#config';
import { epochMs, type PlacedGrid } from '#hydrology';
import { MARSHALL_PALMER, decodeRainFile, type RainDecoding } from '#observation';
import { ClutterMaps } from './clutter-maps.js';
import {
  READY,
  type ForgetClutter,
  type KeepClutter,
  type RainAnswer,
  type RainQuestion,
  type RainWish,
  type RemapAnswer,
  type RemapQuestion,
} from './rain-messages.js';
import { Remapper } from './remapper.js';

const WARM_UP_READING: RainWish = {
  ...{ name: 'warm-up', receivedAt: epochMs(0), reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1, polarCellM: 1000 },
};

/** The text of a projection by its EPSG code; a code that is not known makes the file a reject, not an error. */
function definitionOf(epsg: number): string | undefined {
  try {
    return projectionOf(epsg).definition;
  } catch {
    return undefined;
  }
}

const maps = new ClutterMaps();
const remapper = new Remapper();

parentPort?.on('message', (message: RainQuestion | RemapQuestion | KeepClutter | ForgetClutter) => {
  if ('keep' in message) {
    maps.keep(message.keep);
    return;
  }
  if ('forget' in message) {
    maps.forget(message.forget);
    return;
  }
  if ('remap' in message) {
    const answer: RemapAnswer = { id: message.id, depths: Float32Array.from(remapper.remap(message.remap)) };
    parentPort?.postMessage(answer, [answer.depths.buffer]);
    return;
  }
  const { id, bytes, reading } = message;
  const { clutterFile } = reading;
  const clutterOn = clutterFile === undefined ? {} : { clutterOn: (grid: PlacedGrid) => maps.on(clutterFile, grid) };
  void decodeRainFile(bytes, { ...reading, ...clutterOn, definitionOf }).then(decoding => {
    const answer: RainAnswer = { id, decoding };
    parentPort?.postMessage(answer, buffersOf(decoding));
  });
});

/** The depths are handed over, not copied, where they have their memory to themselves. */
function buffersOf({ rasters }: RainDecoding): ArrayBuffer[] {
  const owned = rasters.map(({ depths }) => depths).filter(({ buffer, byteLength }) => buffer.byteLength === byteLength);
  return [...new Set(owned.map(({ buffer }) => buffer as ArrayBuffer))];
}

/** The first bytes of HDF5: refused, and the library is loaded before anybody waits for it. */
const WARM_UP = Uint8Array.of(0x89, 0x48, 0x44, 0x46);
await decodeRainFile(WARM_UP, { ...WARM_UP_READING, definitionOf });
parentPort?.postMessage(READY);
