export { startArchive, type Archive, type ArchivedBasin } from './archive.js';
export { collect, type Collection } from './collect.js';
export { createReplaySource, type Disturbance } from './sources/replay.js';
export { RainDecoder } from './decode/rain-decoder.js';
export type { RainWish } from './decode/rain-messages.js';
export { createRainFolderSource, type RainFolder } from './sources/rain-folder.js';
