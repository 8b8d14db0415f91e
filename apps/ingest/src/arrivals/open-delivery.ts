import { randomUUID } from 'node:crypto';
import { formOf, isRainSource, type BucketSettings, type DownloadSettings, type LiveSource, type NotificationSettings } from '#config';
import { sayUrl } from '../http/fetch-answer.js';
import { Service } from '../http/service.js';
import type { FeedSurroundings, OpenedFeed } from '../feeds/open-feed.js';
import { Broker } from './broker.js';
import { BucketDelivery } from './bucket-delivery.js';
import { afterDelivery, type Delivery } from './delivery.js';
import type { DownloadedFolder } from './download.js';
import { IndexDelivery } from './download-index.js';
import { LatestDelivery } from './download-latest.js';
import { TimesDelivery } from './download-times.js';
import { NotificationDelivery } from './notification-delivery.js';

type OpenedFolder = Omit<OpenedFeed, 'settings'>;

/** A source that watches a folder, with what fills that folder before each look: its bucket, its broker or plain addresses; as it is where it has none. */
export function withDelivery(settings: LiveSource, opened: OpenedFolder, around: FeedSurroundings): OpenedFolder {
  const { domain, now } = around;
  const common = { folder: opened.address, domainFolder: domain.folder, now };
  const filled = deliveryOf(settings, common, around);
  if (filled === null) return opened;
  const { delivery, ...changes } = filled;
  const input = isRainSource(settings) ? 'rain' : 'gauges';
  return { ...opened, ...changes, source: afterDelivery(opened.source, delivery, { input, now }) };
}

type Filled = { readonly delivery: Delivery } & Partial<OpenedFolder>;
type Filling = Pick<DownloadedFolder, 'folder' | 'domainFolder' | 'now'>;

function deliveryOf({ bucket, notifications, download }: LiveSource, common: Filling, around: FeedSurroundings): Filled | null {
  if (bucket !== undefined) return fromBucket(bucket, common, around);
  if (notifications !== undefined) return fromBroker(notifications, common, around);
  return download === undefined ? null : fromAddresses(download, common, around);
}

function fromBucket(settings: BucketSettings, common: Filling, around: FeedSurroundings): Filled {
  const service = serviceOf(around, settings);
  return {
    ...{ service, delivery: new BucketDelivery({ ...common, settings, service, ...fewOf(around) }) },
    ...{ address: sayUrl(new URL(settings.url)), overlapMs: settings.overlap, reachMs: settings.reach, isAskedByTime: true },
  };
}

function fromBroker(settings: NotificationSettings, common: Filling, around: FeedSurroundings): Filled {
  const { trial } = around;
  const service = serviceOf(around, settings);
  const clientId = trial === undefined ? settings.client : `freshet-check-${randomUUID()}`;
  const broker = new Broker(settings, { domainFolder: common.domainFolder, clientId, lasting: trial === undefined });
  const delivery = new NotificationDelivery({ ...common, settings, broker, service, ...(trial && { waitMs: trial.waitMs }) });
  return { service, delivery, address: settings.url };
}

function fromAddresses(settings: DownloadSettings, common: Filling, around: FeedSurroundings): Filled {
  const service = serviceOf(around, settings);
  const form = formOf(settings);
  return {
    ...{ service, delivery: new DOWNLOADS[form]({ ...common, settings, service, ...fewOf(around) }) },
    ...{ address: settings.url.split('?')[0]!, overlapMs: settings.overlap, reachMs: settings.reach, isAskedByTime: form !== 'latest' },
  };
}

/** A try fetches a few files. */
const fewOf = ({ trial }: FeedSurroundings) => trial && { mostFiles: trial.mostFiles };

const DOWNLOADS = { latest: LatestDelivery, times: TimesDelivery, index: IndexDelivery } as const;

/** Sources of one origin share its quota and its patience. */
export function serviceOf(
  { services }: Pick<FeedSurroundings, 'services'>,
  { url, backOff, quota }: { readonly url: string } & Service['limits'],
): Service {
  const { protocol, host } = new URL(url); // the origin of mqtt: is null
  const key = `${protocol}//${host}`;
  const service = services.get(key) ?? new Service({ backOff, quota });
  services.set(key, service);
  return service;
}
