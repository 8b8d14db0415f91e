import { isJson, listAt, objectAt, parseJsonObject, textAt, type Json } from '../gauges/json.js';
import { readTime } from '../gauges/read-time.js';
import { Refusal } from '../reject.js';

/** What a WIS2 notification message says was published. */
export interface Wis2Notification {
  /** The same on every message about one publication, whoever repeats it. */
  readonly id: string;
  readonly dataId: string;
  /** Epoch ms. */
  readonly published: number;
  readonly integrity: { readonly method: string; readonly value: string } | null;
  /** The data themselves, where they are small. */
  readonly inline: { readonly encoding: 'utf-8' | 'base64' | 'gzip'; readonly bytes: number; readonly value: string } | null;
  /** Where the data lie: of a link `update`, else `canonical`; null only beside inline data. */
  readonly href: string | null;
}

const ENCODINGS = ['utf-8', 'base64', 'gzip'] as const;

/**
 * Reads a WIS2 Notification Message (WMO; GeoJSON). What it does not need (geometry, conformance, the times of the data) is not asked for.
 * @throws Refusal ANSWER_UNREADABLE for no JSON, NOTIFICATION_MALFORMED naming what is missing or wrong, DATA_WITHDRAWN for one that
 * takes data back.
 */
export function decodeWis2Notification(text: string): Wis2Notification {
  const message = parseJsonObject(text);
  const properties = objectAt(message, 'properties');
  const links = listAt(message, 'links').filter(isJson);
  const dataId = requireText(properties, 'data_id', 'properties.data_id');
  if (links.some(link => textAt(link, 'rel') === 'deletion')) {
    throw new Refusal('DATA_WITHDRAWN', `${dataId.slice(0, 200)} is taken back by who published it; what came of it stays archived`);
  }
  const inline = inlineOf(properties);
  const href = hrefOf(links);
  if (href === null && inline === null) {
    throw new Refusal(
      'NOTIFICATION_MALFORMED',
      `the message about ${dataId.slice(0, 200)} has no link canonical or update, and no content`,
    );
  }
  return {
    ...{ id: requireText(message, 'id', 'id'), dataId, published: publishedOf(properties) },
    ...{ integrity: integrityOf(properties), inline, href },
  };
}

function requireText(json: Json, key: string, path: string): string {
  const value = textAt(json, key);
  if (value !== undefined && value !== '' && value.length <= 2000) return value;
  throw new Refusal('NOTIFICATION_MALFORMED', `the message has no ${path}`);
}

function publishedOf(properties: Json): number {
  const written = requireText(properties, 'pubtime', 'properties.pubtime');
  const published = readTime(written);
  if (!Number.isNaN(published)) return published;
  throw new Refusal('NOTIFICATION_MALFORMED', `properties.pubtime "${written.slice(0, 40)}" is no time`);
}

function integrityOf(properties: Json): Wis2Notification['integrity'] {
  if (!Object.hasOwn(properties, 'integrity')) return null;
  const integrity = objectAt(properties, 'integrity');
  const method = requireText(integrity, 'method', 'properties.integrity.method');
  return { method, value: requireText(integrity, 'value', 'properties.integrity.value') };
}

function inlineOf(properties: Json): Wis2Notification['inline'] {
  if (!Object.hasOwn(properties, 'content')) return null;
  const content = objectAt(properties, 'content');
  const encoding = ENCODINGS.find(each => each === content['encoding']);
  if (encoding === undefined) {
    throw new Refusal('NOTIFICATION_MALFORMED', `properties.content.encoding is none of ${ENCODINGS.join(', ')}`);
  }
  const { value, size } = content;
  if (typeof value !== 'string') throw new Refusal('NOTIFICATION_MALFORMED', 'properties.content.value is no text');
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
    throw new Refusal('NOTIFICATION_MALFORMED', 'properties.content.size is no number of bytes');
  }
  return { encoding, bytes: size, value };
}

/** A link `update` points to data that replace earlier ones of the same data_id. */
function hrefOf(links: readonly Json[]): string | null {
  for (const rel of ['update', 'canonical']) {
    const href = textAt(links.find(link => textAt(link, 'rel') === rel) ?? {}, 'href');
    if (href === undefined) continue;
    if (/^https?:\/\//.test(href) && URL.canParse(href)) return href;
    throw new Refusal('NOTIFICATION_MALFORMED', `the link ${rel} is no http or https address: ${href.slice(0, 200)}`);
  }
  return null;
}
