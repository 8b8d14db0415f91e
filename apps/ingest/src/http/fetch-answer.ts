import { SourceFailure } from './source-failure.js';

/** What a server said about its last answer, to be told back: an answer that did not change is not sent again. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export interface Asked {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly known: Validators | null;
  /** For the whole answer: a server that sends a byte a minute is late too. */
  readonly timeoutMs: number;
  /** Bytes after unpacking. */
  readonly largestBytes: number;
}

interface Unchanged {
  readonly kind: 'unchanged';
}

export type Answer = Unchanged | { readonly kind: 'text'; readonly text: string; readonly validators: Validators };

export type FileAnswer = Unchanged | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly validators: Validators };

const MOST_REDIRECTS = 3;
const NOT_MODIFIED = 304;

/** As `fetchFile`, of an answer that is text. */
export async function fetchAnswer(asked: Asked, signal: AbortSignal): Promise<Answer> {
  const answer = await fetchFile(asked, signal);
  if (answer.kind === 'unchanged') return answer;
  return { kind: 'text', text: new TextDecoder().decode(answer.bytes), validators: answer.validators };
}

/**
 * One conditional GET, within a time and a size. Redirects are followed on the same origin only, so that credentials and requests
 * stay with the service that was configured.
 * @throws SourceFailure naming address, status and what to do; it knows when the service wants to be asked again.
 */
export async function fetchFile(asked: Asked, signal: AbortSignal): Promise<FileAnswer> {
  const limit = AbortSignal.timeout(asked.timeoutMs);
  const within = AbortSignal.any([signal, limit]);
  try {
    const response = await followed(asked, within);
    if (response.status === NOT_MODIFIED) return { kind: 'unchanged' };
    if (!response.ok) throw await refusedBy(response, asked.url);
    const bytes = await readBytes(response, asked, within);
    const { headers } = response;
    return { kind: 'bytes', bytes, validators: { etag: headers.get('etag'), lastModified: headers.get('last-modified') } };
  } catch (cause) {
    if (cause instanceof SourceFailure) throw cause;
    if (limit.aborted) throw new SourceFailure('TIMED_OUT', `${sayUrl(asked.url)} did not answer within ${asked.timeoutMs / 1000} s`);
    throw new SourceFailure('UNREACHABLE', `${sayUrl(asked.url)} cannot be reached: ${sayCause(cause)}`);
  }
}

async function followed({ url, headers, known }: Asked, signal: AbortSignal): Promise<Response> {
  const conditions = {
    ...(known?.etag && { 'if-none-match': known.etag }),
    ...(known?.lastModified && { 'if-modified-since': known.lastModified }),
  };
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(at, { headers: { 'user-agent': 'freshet', ...headers, ...conditions }, redirect: 'manual', signal });
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, at);
    if (next.origin !== url.origin) {
      throw new SourceFailure('MOVED', `${sayUrl(url)} sends on to ${next.origin}; if that is right, set url to it`);
    }
    at = next;
  }
  throw new SourceFailure('MOVED', `${sayUrl(url)} sends on more than ${MOST_REDIRECTS} times`);
}

async function refusedBy(response: Response, url: URL): Promise<SourceFailure> {
  await response.body?.cancel();
  const { status } = response;
  const remedy = REMEDIES.get(status) ?? (status >= 500 ? 'it will be asked again' : 'check the address');
  return new SourceFailure('REFUSED', `${sayUrl(url)} answers with HTTP ${status}; ${remedy}`, {
    status,
    retryAfterMs: retryAfterOf(response.headers.get('retry-after')),
  });
}

const REMEDIES: ReadonlyMap<number, string> = new Map([
  [401, 'check the credentials'],
  [403, 'check the credentials, and whether the service still allows this address'],
  [404, 'check the address and the stations'],
  [429, 'it is asked too often: set a longer interval or a quota'],
]);

/** Seconds or a date. */
function retryAfterOf(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d{1,6}$/.test(text.trim())) return Number(text) * 1000;
  const ms = Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Counts what comes out of the unpacking, so that a bomb stops at the limit. An answer that ends before its end is none. */
async function readBytes(response: Response, { url, largestBytes }: Asked, signal: AbortSignal): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > largestBytes) {
        throw new SourceFailure('TOO_LARGE', `${sayUrl(url)} sends more than ${largestBytes} bytes; ask for less or raise largestMb`);
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof SourceFailure || signal.aborted) throw cause;
    throw new SourceFailure('CUT_SHORT', `${sayUrl(url)} breaks off after ${bytes} bytes (${sayCause(cause)}); it will be asked again`);
  }
  return Buffer.concat(chunks);
}

/** Without the query, which may hold a key. */
export const sayUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

function sayCause(cause: unknown): string {
  const { message, cause: inner } = cause as Error & { cause?: Error & { code?: string } };
  return inner === undefined ? message : (inner.code ?? inner.message);
}
