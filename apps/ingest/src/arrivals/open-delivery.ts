import { randomUUID } from 'node:crypto';
import { formOf, isRainSource, type LiveSource } from '#config';
import { sayUrl } from '../http/fetch-answer.js';
import { Service } from '../http/service.js';
import type { FeedSurroundings, OpenedFeed } from '../feeds/open-feed.js';
import { Broker } from './broker.js';
import { BucketDelivery } from './bucket-delivery.js';
import { afterDelivery, type Delivery } from './delivery.js';
import { IndexDelivery } from './download-index.js';
import { LatestDelivery } from './download-latest.js';
import { TimesDelivery } from './download-times.js';
import { NotificationDelivery } from './notification-delivery.js';

type OpenedFolder = Omit<OpenedFeed, 'settings'>;

/** A source that watches a folder, with what fills that folder before each look: its bucket, its broker or plain addresses; as it is where it has none. */
export function withDelivery(settings: LiveSource, opened: OpenedFolder, around: FeedSurroundings): OpenedFolder {
  const { domain, now, trial } = around;
  const common = { folder: opened.address, domainFolder: domain.folder, now };
  const input = isRainSource(settings) ? 'rain' : 'gauges';
  const filled = (delivery: Delivery) => afterDelivery(opened.source, delivery, { input, now });
  const { bucket, notifications, download } = settings;
  if (bucket !== undefined) {
    const service = serviceOf(around, bucket);
    const delivery = new BucketDelivery({ ...common, settings: bucket, service, ...(trial && { mostFiles: trial.mostFiles }) });
    return {
      ...{ ...opened, service, source: filled(delivery), address: sayUrl(new URL(bucket.url)) },
      ...{ overlapMs: bucket.overlap, reachMs: bucket.reach, isAskedByTime: true },
    };
  }
  if (notifications !== undefined) {
    const service = serviceOf(around, notifications);
    const clientId = trial === undefined ? notifications.client : `freshet-check-${randomUUID()}`;
    const broker = new Broker(notifications, { domainFolder: domain.folder, clientId, lasting: trial === undefined });
    const delivery = new NotificationDelivery({
      ...common,
      settings: notifications,
      broker,
      service,
      ...(trial && { waitMs: trial.waitMs }),
    });
    return { ...opened, service, source: filled(delivery), address: notifications.url };
  }
  if (download !== undefined) {
    const service = serviceOf(around, download);
    const delivery = new DOWNLOADS[formOf(download)]({
      ...common,
      settings: download,
      service,
      ...(trial && { mostFiles: trial.mostFiles }),
    });
    const address = download.url.split('?')[0]!;
    const isAskedByTime = formOf(download) !== 'latest';
    return { ...opened, service, source: filled(delivery), address, overlapMs: download.overlap, reachMs: download.reach, isAskedByTime };
  }
  return opened;
}

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
