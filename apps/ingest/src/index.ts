export { startArchive, type Archive, type ArchivedBasin } from './archive.js';
export { collect, type Collected, type Collection } from './collect.js';
export { createReplaySource, type Disturbance } from './sources/replay.js';
export { RainDecoder } from './decode/rain-decoder.js';
export type { RainWish } from './decode/rain-messages.js';
export { createRainFolderSource, type RainFolder } from './sources/rain-folder.js';
export { startFeeds, type RunningFeeds } from './feeds/start-feeds.js';
export { openFeed, type FeedSurroundings, type OpenedFeed } from './feeds/open-feed.js';
export { SourceFailure } from './http/source-failure.js';
