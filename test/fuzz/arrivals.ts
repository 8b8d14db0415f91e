import { Refusal, decodeBucketListing, decodeWis2Notification } from '#observation';
import type { Subject } from './decoders.js';
import { mutateText } from './mutate.js';

const LISTING =
  '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType>' +
  '<IsTruncated>true</IsTruncated><NextContinuationToken>1ueGcxLPRx1Tr</NextContinuationToken><Contents><Key>radar/2026/09/23/a%20b.h5</Key>' +
  '<LastModified>2026-09-23T05:50:00.000Z</LastModified><ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag><Size>434234</Size></Contents></ListBucketResult>';
const NOTIFICATION = JSON.stringify({
  ...{ id: '31e9d66a-cd83-4174-9429-b932f1abe1be', type: 'Feature', geometry: { type: 'Point', coordinates: [6.1, 46.2] } },
  properties: {
    ...{ data_id: 'xx-agency/data/core/weather/radar.h5', pubtime: '2026-09-23T05:52:02Z', datetime: '2026-09-23T05:45:00Z' },
    ...{ integrity: { method: 'sha512', value: 'A2KNxvks' }, content: { encoding: 'base64', value: 'Zm9v', size: 3 } },
  },
  links: [{ rel: 'canonical', href: 'https://example.org/radar.h5', type: 'application/x-hdf5' }],
});

/** What says that there are files: read, or refused as a whole by name. */
export function arrivalSubjects(): Subject[] {
  return [
    subject('listing of a bucket', LISTING, text => {
      const { objects, next } = decodeBucketListing(text);
      if (objects.some(({ key, bytes }) => key === '' || !(bytes >= 0))) throw new Error('an object has no key or size');
      if (next === '') throw new Error('a page has no name');
    }),
    subject('WIS2 notification', NOTIFICATION, text => {
      const { id, href, inline, published } = decodeWis2Notification(text);
      if (id === '' || !Number.isFinite(published)) throw new Error('a message has no id or time');
      if (href === null ? inline === null : !/^https?:/.test(href)) throw new Error('a message leads nowhere');
    }),
  ];
}

function subject(name: string, intact: string, decode: (text: string) => void): Subject {
  return {
    name,
    longestMs: 1000,
    intact: () => {
      decode(intact);
      return Promise.resolve(1);
    },
    run: random => {
      try {
        decode(mutateText(intact, random));
      } catch (cause) {
        if (!(cause instanceof Refusal)) throw cause;
        if (cause.message.length < 10) throw new Error('a refusal says nothing', { cause });
      }
      return Promise.resolve();
    },
  };
}
