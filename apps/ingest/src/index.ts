export { startArchive, type Archive, type ArchivedBasin } from './archive.js';
export { collect, type Collection } from './collect.js';
export { createReplaySource, type Disturbance } from './sources/replay.js';
