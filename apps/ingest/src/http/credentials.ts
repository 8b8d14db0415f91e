import { readFile } from 'node:fs/promises';
import { pathFrom, type GaugeSettings } from '#config';
import { SourceFailure } from './source-failure.js';

export interface Signed {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Adds the secrets of a source to a request. Files are read at each poll, so a changed key counts from then on.
 * @throws SourceFailure CREDENTIALS_UNREADABLE naming the file, never what is in it.
 */
export async function sign(url: URL, credentials: GaugeSettings['credentials'], domainFolder: string): Promise<Signed> {
  const signed = new URL(url);
  const headers: Record<string, string> = {};
  for (const credential of credentials) {
    const secret = await readSecret(pathFrom(domainFolder, credential.file));
    if ('header' in credential) headers[credential.header.toLowerCase()] = `${credential.prefix}${secret}`;
    else signed.searchParams.set(credential.query, secret);
  }
  return { url: signed, headers };
}

/** @throws SourceFailure CREDENTIALS_UNREADABLE naming the file, never what is in it. */
export async function readSecret(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SourceFailure(
      'CREDENTIALS_UNREADABLE',
      `the credentials ${path} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? ''}`,
    );
  });
  const secret = text.trim();
  if (secret !== '' && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(secret)) return secret;
  throw new SourceFailure('CREDENTIALS_UNREADABLE', `the credentials ${path} must hold one line of plain characters`);
}
