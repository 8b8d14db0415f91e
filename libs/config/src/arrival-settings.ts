import { z } from 'zod';
import { Address, asking, holdsSecret, isAddress } from './asking-settings.js';
import { Download } from './download-settings.js';
import { Duration } from './duration.js';

const duration = (otherwise: string) => Duration.prefault(otherwise);

/** Asked by the time of what is wanted. */
export const askingInTime = {
  /** Pages of one poll. */
  pages: z.number().int().min(1).max(1000).default(100),
  /** Each poll asks this far back once more: values come late, in packets, and are corrected. */
  overlap: duration('3h'),
  /** How far back the first poll asks, and the longest outage that is made up for. */
  reach: duration('1d'),
};

const WORDS = ['yyyy', 'MM', 'dd', 'HH'];
const template = z
  .string()
  .max(1000)
  .refine(
    text => [...text.matchAll(/\{([^}]*)\}/g)].every(([, word]) => WORDS.includes(word!)),
    `may hold the words ${WORDS.map(word => `{${word}}`).join(', ')} only`,
  );

/** A bucket of an object store, whose list of objects is read; what is new in it is downloaded. */
export const Bucket = z.strictObject({
  ...asking,
  ...askingInTime,
  /** Of the bucket itself: https://bucket.host or https://host/bucket. */
  url: Address.refine(text => !text.includes('?'), 'must have no query; write prefix and startAfter beside it'),
  /** What the keys begin with, with the date of the time asked for. */
  prefix: template.default(''),
  /** Keys up to this one are not listed; with the date of the beginning of the time asked for. */
  startAfter: template.optional(),
  /** Of the name of a key behind its last slash; * and ? stand for any characters and any one. */
  match: z.string().min(1).default('*'),
  /** Signs the requests (AWS Signature Version 4); absent: anybody may read. Each secret is the one line of its file. */
  signature: z
    .strictObject({
      region: z.string().min(1),
      accessKey: z.string().min(1),
      secretKey: z.string().min(1),
      sessionToken: z.string().min(1).optional(),
    })
    .optional(),
});

const origin = z
  .string()
  .refine(
    text => isAddress(text, /^https?:\/\//) && new URL(text).origin === text,
    'must be scheme and host without a path, such as https://cache.example.org',
  );

/** A broker that says over MQTT what was published, in WIS2 notification messages; what they point to is downloaded. */
export const Notifications = z
  .strictObject({
    ...asking,
    url: z
      .string()
      .refine(text => isAddress(text, /^(mqtts?|wss?):\/\//), 'must be the address of a broker, such as mqtts://host:8883')
      .refine(text => !holdsSecret(text), 'must hold no user and password; put them in files and name them as user and password'),
    topics: z.array(z.string().min(1).max(65_535)).min(1),
    /** Under this name the broker keeps what it could not deliver; no two clients of a broker may share it. */
    client: z.string().regex(/^[\w-]{1,64}$/, 'must be up to 64 letters, digits, hyphens and underscores'),
    /** Files of one line each. */
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    /** File of the certificates (PEM) that the broker's must be signed by; absent: those the system trusts. */
    ca: z.string().min(1).optional(),
    /** From where files may be downloaded: a message may point anywhere. */
    from: z.array(origin).default([]),
  })
  .check(context => {
    const { credentials, from, user, password } = context.value;
    const refuse = (path: string, message: string) => {
      context.issues.push({ code: 'custom', path: [path], message, input: context.value });
    };
    if (credentials.length > 0 && from.length !== 1) refuse('credentials', 'need exactly one origin under from: they are for nobody else');
    if (password !== undefined && user === undefined) refuse('user', 'is missing: a password needs one');
  });

/** How files get into the folder of a source; none: somebody drops them there. */
export const arrival = { bucket: Bucket.optional(), notifications: Notifications.optional(), download: Download.optional() };

export type BucketSettings = z.infer<typeof Bucket>;
export type NotificationSettings = z.infer<typeof Notifications>;
export type AskingSettings = Pick<BucketSettings, keyof typeof asking>;
