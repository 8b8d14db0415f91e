export type { AssimilationSettings } from '#assimilation';
