import { createHash, getHashes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Refusal, type Wis2Notification } from '#observation';
import { sha256 } from '../sources/remembered.js';
import { isReadableName } from '../sources/watched-folder.js';

/** Of WIS2, by what Node calls them; their values are base64. */
const METHODS: Readonly<Record<string, string>> = {
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  'sha3-256': 'sha3-256',
  'sha3-384': 'sha3-384',
  'sha3-512': 'sha3-512',
};

/**
 * The data that a notification holds itself.
 * @throws Refusal NOTIFICATION_MALFORMED for an encoding that is broken, INTEGRITY_WRONG for another length, FILE_TOO_LARGE
 */
export function inlineData({ dataId, inline }: Wis2Notification, largestBytes: number): Buffer | null {
  if (inline === null) return null;
  const data = decodeInline(inline, largestBytes);
  if (data.length === inline.bytes) return data;
  throw new Refusal('INTEGRITY_WRONG', `the content of ${dataId} has ${data.length} bytes; it says ${inline.bytes}`);
}

function decodeInline({ encoding, value }: NonNullable<Wis2Notification['inline']>, largestBytes: number): Buffer {
  if (encoding === 'utf-8') return Buffer.from(value, 'utf8');
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) throw new Refusal('NOTIFICATION_MALFORMED', 'properties.content.value is no base64');
  const bytes = Buffer.from(value, 'base64');
  if (encoding === 'base64') return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largestBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Refusal('FILE_TOO_LARGE', `properties.content.value unpacks to more than ${largestBytes} bytes`);
    }
    throw new Refusal('NOTIFICATION_MALFORMED', 'properties.content.value cannot be unpacked');
  }
}

/** @throws Refusal INTEGRITY_WRONG for other data than were announced, or a method that cannot be checked. */
export function requireIntegrity({ dataId, integrity }: Wis2Notification, data: Uint8Array): void {
  if (integrity === null) return;
  const method = Object.hasOwn(METHODS, integrity.method) ? METHODS[integrity.method]! : undefined;
  if (method === undefined || !getHashes().includes(method)) {
    const known = Object.keys(METHODS).join(', ');
    throw new Refusal('INTEGRITY_WRONG', `${dataId} is to be checked by "${integrity.method.slice(0, 40)}"; known are ${known}`);
  }
  const found = createHash(method).update(data).digest('base64');
  if (found === integrity.value) return;
  throw new Refusal('INTEGRITY_WRONG', `${dataId} has not the ${integrity.method} it was announced with; it was changed or cut on its way`);
}

/** A name for the file: the end of its address or of its data_id, as far as it can be one. */
export function nameOf({ id, dataId, href }: Wis2Notification): string {
  const path = href === null ? dataId : new URL(href).pathname;
  const last = path.slice(path.lastIndexOf('/') + 1).replaceAll(/%[0-9a-f]{2}|[^\w.+=@-]/gi, '_');
  return isReadableName(last) ? last : sha256(id).slice(0, 16);
}
