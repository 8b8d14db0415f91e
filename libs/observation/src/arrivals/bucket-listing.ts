import { parseXmlRoot, type Element } from '../gauges/xml.js';
import { readTime } from '../gauges/read-time.js';
import { Refusal } from '../reject.js';

/** An object of a bucket as its listing names it. */
export interface ListedObject {
  readonly key: string;
  /** Of the content, with its quotes; '' where the listing gives none. */
  readonly etag: string;
  readonly bytes: number;
  /** Epoch ms; null where the listing does not say it. */
  readonly modified: number | null;
}

export interface BucketListing {
  readonly objects: readonly ListedObject[];
  /** Of the next page; null on the last one. */
  readonly next: string | null;
}

/**
 * Reads an answer to ListObjectsV2 (S3 and what speaks like it), keys encoded or not.
 * @throws Refusal ANSWER_UNREADABLE, ENTITY_REFUSED or ANSWER_IS_AN_ERROR for one that is no listing.
 */
export function decodeBucketListing(text: string): BucketListing {
  const root = parseXmlRoot(text);
  if (root.name === 'Error') {
    const said = ['Code', 'Message'].flatMap(name => root.find(name)?.text ?? []).join(': ');
    throw new Refusal('ANSWER_IS_AN_ERROR', `the bucket answers with an error: ${said.slice(0, 200)}`);
  }
  if (root.name !== 'ListBucketResult') {
    throw new Refusal('ANSWER_UNREADABLE', `the answer is no listing of a bucket but <${root.name.slice(0, 60)}>`);
  }
  const isEncoded = root.find('EncodingType')?.text === 'url';
  const objects = root.children('Contents').map(one => readObject(one, isEncoded));
  return { objects, next: nextOf(root) };
}

function readObject(one: Element, isEncoded: boolean): ListedObject {
  const written = one.find('Key')?.text;
  if (written === undefined || written === '') throw new Refusal('ANSWER_UNREADABLE', 'the listing names an object without a key');
  const size = one.find('Size')?.text ?? '';
  if (!/^\d{1,15}$/.test(size)) throw new Refusal('ANSWER_UNREADABLE', `the listing gives ${written.slice(0, 100)} no size`);
  const modified = readTime(one.find('LastModified')?.text ?? '');
  return {
    key: isEncoded ? decodeKey(written) : written,
    etag: one.find('ETag')?.text ?? '',
    bytes: Number(size),
    modified: Number.isNaN(modified) ? null : modified,
  };
}

/** As forms are encoded: a space is written as a plus. */
function decodeKey(written: string): string {
  try {
    return decodeURIComponent(written.replaceAll('+', ' '));
  } catch {
    throw new Refusal('ANSWER_UNREADABLE', `the listing names a key that is not encoded as it says, ${written.slice(0, 100)}`);
  }
}

/** @throws Refusal ANSWER_UNREADABLE for a listing that goes on without saying where: its end would be lost in silence. */
function nextOf(root: Element): string | null {
  if (root.find('IsTruncated')?.text !== 'true') return null;
  const token = root.find('NextContinuationToken')?.text ?? '';
  if (token !== '') return token;
  throw new Refusal('ANSWER_UNREADABLE', 'the listing goes on but names no NextContinuationToken; is it version 2 of ListObjects?');
}
