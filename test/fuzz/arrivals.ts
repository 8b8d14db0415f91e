import { Refusal, decodeBucketListing, decodeDirectoryIndex, decodeWis2Notification } from '#observation';
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

const INDEX =
  '<html><head><title>Index of /radar/</title></head><body><h1>Index of /radar/</h1><hr><pre><a href="../">../</a>\r\n<a href="?C=M;O=D">Last modified</a>' +
  '<a href="raa01-rw_10000-2609230550-dwd---bin.gz">raa01-rw_10000-2609230..&gt;</a>  23-Sep-2026 05:50    112233\r\n<a href=\'b%20c.h5\'>b c.h5</a>  2026-09-23 05:50  1.1M\r\n' +
  '<a href=sub/>sub/</a>  23-Sep-2026 05:50   -\r\n</pre><hr></body></html>';
const NAMES =
  '-rw-r--r-- 1 a a 112233 2026-09-23 05:50 rain_202609230550.h5\n./rain_202609230555.h5\r\nrain_202609230600.h5 2026-Sep-23 06:02:10\n';
const BASE = new URL('https://files.example/radar/');

/** Whatever an index says, it leads to files of its own folder. */
function readIndex(text: string): void {
  for (const { name, modified, said } of decodeDirectoryIndex(text, BASE)) {
    if (name === '' || said.length > 200) throw new Error('a file has no name, or a story beside it');
    const at = new URL(encodeURIComponent(name), BASE);
    if (at.origin !== BASE.origin || !/^\/radar\/[^/]*$/.test(at.pathname)) throw new Error(`${name} leads to ${at.href}`);
    if (modified !== null && !Number.isFinite(modified)) throw new Error('a date is no time');
  }
}

/** What says that there are files: read, or refused as a whole by name. */
export function arrivalSubjects(): Subject[] {
  return [
    subject('listing of a bucket', LISTING, text => {
      const { objects, next } = decodeBucketListing(text);
      if (objects.some(({ key, bytes }) => key === '' || !(bytes >= 0))) throw new Error('an object has no key or size');
      if (next === '') throw new Error('a page has no name');
    }),
    subject('index of a folder', INDEX, readIndex),
    subject('names of a folder', NAMES, readIndex),
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
