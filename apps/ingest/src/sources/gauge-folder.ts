import { gunzipSync } from 'node:zlib';
import type { GaugeSettings } from '#config';
import { DAY_MS, type EpochMs } from '#hydrology';
import { reject, type ObservationSource, type Reject } from '#observation';
import { readAnswer, type AnswerSeen, type StationCodes } from './gauge-answers.js';
import { News } from './news.js';
import { WatchedFolder, type ReadFile } from './watched-folder.js';

/** A folder into which files of gauge values are dropped. */
export interface GaugeFolder {
  readonly settings: GaugeSettings;
  readonly stations: StationCodes;
  readonly folder: string;
  readonly now: () => EpochMs;
  readonly onAnswer?: (answer: AnswerSeen) => void;
}

/** Files may repeat what earlier ones held. */
const REMEMBERED_MS = 3 * DAY_MS;

/** Watches a folder of files of gauge values, plain or gzipped, as `createRainFolderSource` watches one of rain. */
export function createGaugeFolderSource(watched: GaugeFolder): ObservationSource {
  const { settings, stations, now } = watched;
  const largestBytes = settings.largestMb * 2 ** 20;
  const folder = new WatchedFolder(watched.folder, { largestBytes, now });
  const news = new News(REMEMBERED_MS);
  return {
    id: settings.id,
    poll: async function* (_window, signal) {
      news.forget();
      for await (const file of folder.files(signal)) {
        const receivedAt = now();
        const text = textOf(file, largestBytes);
        if (typeof text === 'object') {
          yield* news.rejects([text], file.name, receivedAt);
          folder.fate(file.name, null, [text]);
          continue;
        }
        const answer = readAnswer(text, receivedAt, settings, stations);
        const { rows, others, rejects } = answer;
        watched.onAnswer?.({ url: file.name, rows, others, rejects, unchanged: 'repeated' in file && file.repeated });
        yield* news.values(answer.values);
        yield* news.values(answer.depths);
        yield* news.rejects(answer.rejects, file.name, receivedAt);
        const useful = answer.values.length + answer.depths.length > 0 || answer.rejects.length === 0;
        folder.fate(file.name, 'hash' in file ? file.hash : null, useful ? null : answer.rejects);
      }
    },
    taken: async () => {
      news.taken(now()); // published, whether or not the files can be put away
      await folder.taken();
    },
    behind: () => folder.behind,
  };
}

function textOf(file: ReadFile, largestBytes: number): string | Reject {
  if ('refused' in file) return file.refused;
  const { bytes, name } = file;
  if (isZip(bytes)) return reject('FILE_UNREADABLE', `${name} is a zip archive; unpack it before`);
  if (!isGzip(bytes)) return bytes.toString('utf8');
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: largestBytes });
    if (isGzip(unpacked)) return reject('FILE_UNREADABLE', `${name} is gzip within gzip; pack it once`);
    return unpacked.toString('utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      return reject('FILE_TOO_LARGE', `${name} unpacks to more than ${largestBytes} bytes`);
    }
    return reject('FILE_UNREADABLE', `${name} begins like gzip but cannot be unpacked; it is damaged or cut short`);
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
