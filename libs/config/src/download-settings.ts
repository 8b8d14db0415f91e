import { z } from 'zod';
import { MINUTE_MS } from '#hydrology';
import { asking, holdsSecret, isAddress } from './asking-settings.js';
import { Duration } from './duration.js';
import { TIME_WORDS_RULE, finestOf, holdsTimesOnly, isWholeTime, partsOf } from './time-words.js';

/** Addresses of one poll that are not known yet, at the first one or after a long outage. */
const MOST_ADDRESSES = 2000;

const isFilledAddress = (text: string): boolean => isAddress(text.replaceAll(/[{}]/g, ''), /^https?:\/\//);

/**
 * Files that lie at plain addresses of HTTP, whatever serves them: at one address whose content changes, at an address for each time
 * (`step`), or in a folder whose index a server writes (`match`).
 */
export const Download = z
  .strictObject({
    ...asking,
    url: z
      .string()
      .max(2000)
      .refine(isFilledAddress, 'must be an address such as https://host/{yyyy}/{MM}/{dd}/rain_{yyyyMMddHHmm}.h5')
      .refine(text => !holdsSecret(text), 'must hold no user and password; put them in a file and name it under credentials')
      .refine(holdsTimesOnly, TIME_WORDS_RULE)
      .refine(text => !/^[a-z]+:\/\/[^/]*\{/.test(text), 'must name its host without times'),
    /** Of the names in an index that url is the address of; * and ? stand for any characters and any one, times for their digits. */
    match: z.string().min(1).max(200).refine(holdsTimesOnly, TIME_WORDS_RULE).optional(),
    /** Between two files of an address with times. */
    step: Duration.optional(),
    /** Of the first file after 00:00 UTC. */
    offset: Duration.prefault('0s'),
    /** A file is not asked for earlier than this after its time. */
    delay: Duration.prefault('0s'),
    /** How long a file that is late is waited for. */
    overlap: Duration.prefault('3h'),
    /** How far back the first poll asks, and the longest outage that is made up for. */
    reach: Duration.prefault('1d'),
  })
  .check(context => {
    for (const [path, message] of mistakesOf(context.value)) {
      context.issues.push({ code: 'custom', path: [path], message, input: context.value });
    }
  });

export type DownloadSettings = z.infer<typeof Download>;

/** One address whose content changes, one for each time, or an index. */
export function formOf({ url, match }: Pick<DownloadSettings, 'url' | 'match'>): 'latest' | 'times' | 'index' {
  if (match !== undefined) return 'index';
  return partsOf(url).size > 0 ? 'times' : 'latest';
}

function mistakesOf(settings: DownloadSettings): (readonly [path: string, message: string])[] {
  const { step, offset, delay, url } = settings;
  if (formOf(settings) === 'times') return mistakesOfTimes(settings);
  const kind = formOf(settings) === 'index' ? 'an index (match)' : 'one address';
  const remedy = 'is for an address with a time, such as {yyyyMMddHHmm}';
  return [
    ...(step === undefined ? [] : [['step', `${remedy}; this is ${kind}`] as const]),
    ...(offset === 0 ? [] : [['offset', `${remedy}; this is ${kind}`] as const]),
    ...(delay === 0 ? [] : [['delay', `${remedy}; this is ${kind}`] as const]),
    ...(settings.match !== undefined && !/\/(\?.*)?$/.test(url)
      ? [['url', 'must end with a slash: it is a folder whose index is read'] as const]
      : []),
  ];
}

function mistakesOfTimes({ url, step, offset, delay, overlap, reach }: DownloadSettings): (readonly [path: string, message: string])[] {
  if (!isWholeTime(url)) return [['url', 'must say a whole time, year, month, day and what is finer: otherwise it comes again']];
  if (step === undefined) return [['step', 'is missing: url holds a time; say how often it changes, such as 15min']];
  const finest = finestOf(url);
  const named = finest === MINUTE_MS ? 'a minute' : finest > 60 * MINUTE_MS ? 'a day' : 'an hour';
  return [
    ...(step < finest || step % MINUTE_MS !== 0
      ? [['step', `must be whole minutes and at least ${named}, the finest time in url`] as const]
      : []),
    ...(offset >= step || offset % MINUTE_MS !== 0 ? [['offset', 'must be whole minutes and less than step'] as const] : []),
    ...(overlap < step + delay ? [['overlap', 'must be at least step and delay together: a file is waited for so long'] as const] : []),
    ...(reach < step ? [['reach', 'must be at least step: otherwise a file may be passed over between two polls'] as const] : []),
    ...((overlap + reach) / step > MOST_ADDRESSES
      ? [['step', `makes more than ${MOST_ADDRESSES} addresses of reach and overlap; make them shorter`] as const]
      : []),
  ];
}
