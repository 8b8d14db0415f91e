import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import type { OidcSettings } from '#config';
import { epochMs, parseIso } from '#hydrology';
import { TokenVerifier } from './token-verifier.js';

const NOW = parseIso('2026-01-10T12:00Z');
const SECONDS = NOW / 1000;

describe('bearer tokens of an issuer', () => {
  let server: Server;
  let settings: OidcSettings;
  let key: CryptoKey;
  let published: JWK[];
  let asked = 0;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    key = pair.privateKey;
    published = [{ ...(await exportJWK(pair.publicKey)), kid: 'first', alg: 'ES256', use: 'sig' }];
    server = createServer((_request, response) => {
      asked++;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    settings = { issuer, audience: 'freshet', jwks: `${issuer}/keys`, operatorClaim: { claim: 'groups', value: 'flood-duty' } };
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  interface Wish {
    readonly claims?: Record<string, unknown>;
    readonly header?: Record<string, string>;
    readonly signer?: CryptoKey | Uint8Array;
  }
  const sign = ({ claims = {}, header = {}, signer = key }: Wish = {}): Promise<string> => {
    const standard = { iss: settings.issuer, aud: 'freshet', sub: 'u-17', name: 'M. Durand', exp: SECONDS + 300, groups: ['flood-duty'] };
    return new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'first', ...header }).sign(signer);
  };
  const verifier = (changes: Partial<OidcSettings> = {}) => new TokenVerifier({ ...settings, ...changes }, { now: () => NOW });

  it('make an operator of whoever is in the group and a reader of anybody else', async () => {
    const tokens = verifier();
    expect(await tokens.verify(await sign())).toEqual({
      kind: 'token',
      id: 'u-17',
      name: 'M. Durand',
      scope: 'operator',
      expiresAt: epochMs(NOW + 300_000),
    });
    const scopes = [['visitors'], 'flood-duty', 'openid flood-duty', 'flood-duty-reader', undefined, 1].map(async groups => {
      const caller = await tokens.verify(await sign({ claims: { groups, name: undefined } }));
      expect(caller.name).toBe('u-17');
      return caller.scope;
    });
    expect(await Promise.all(scopes)).toEqual(['partner', 'operator', 'operator', 'partner', 'partner', 'partner']);
  });

  it('hold give or take half a minute', async () => {
    const tokens = verifier();
    await expect(tokens.verify(await sign({ claims: { exp: SECONDS - 29 } }))).resolves.toBeDefined();
    await expect(tokens.verify(await sign({ claims: { nbf: SECONDS + 29 } }))).resolves.toBeDefined();
    await expect(tokens.verify(await sign({ claims: { exp: SECONDS - 31 } }))).rejects.toMatchObject({ code: 'CALLER_UNKNOWN' });
    await expect(tokens.verify(await sign({ claims: { nbf: SECONDS + 31 } }))).rejects.toMatchObject({ code: 'CALLER_UNKNOWN' });
  });

  it('are refused with another issuer, audience, key or algorithm, without subject or end, or changed', async () => {
    const tokens = verifier();
    const other = (await generateKeyPair('ES256')).privateKey;
    const [head, body, signature] = (await sign()).split('.') as [string, string, string];
    const claims = Buffer.from(body, 'base64url').toString().replace('u-17', 'u-18');
    const unsigned = new UnsecuredJWT({ groups: ['flood-duty'] }).setIssuer(settings.issuer).setAudience('freshet').setSubject('u');
    const refused = {
      issuer: await sign({ claims: { iss: 'https://elsewhere.example.org' } }),
      audience: await sign({ claims: { aud: 'mail' } }),
      key: await sign({ signer: other }),
      'unknown key': await sign({ header: { kid: 'second' } }),
      // the public key as a shared secret: the oldest trick
      algorithm: await sign({ header: { alg: 'HS256' }, signer: Buffer.from(JSON.stringify(published[0])) }),
      'no signature': unsigned.setExpirationTime(SECONDS + 300).encode(),
      'no subject': await sign({ claims: { sub: undefined } }),
      'no end': await sign({ claims: { exp: undefined } }),
      changed: [head, Buffer.from(claims).toString('base64url'), signature].join('.'),
      'no token': 'x',
    };
    for (const [what, token] of Object.entries(refused))
      expect([what, await tokens.verify(token).catch((error: unknown) => (error as { code: string }).code)]).toEqual([
        what,
        'CALLER_UNKNOWN',
      ]);
  });

  it('are not checked anew with the issuer each time', async () => {
    const tokens = verifier();
    const before = asked;
    for (let k = 0; k < 5; k++) await tokens.verify(await sign());
    expect(asked - before).toBe(1);
  });

  it('cannot be checked while the issuer is away, which is nobody’s mistake', async () => {
    const token = await sign();
    await expect(verifier({ jwks: 'http://127.0.0.1:9/keys' }).verify(token)).rejects.toMatchObject({
      code: 'ISSUER_UNAVAILABLE',
      kind: 'transient',
    });
    const kept = published;
    published = 'broken' as unknown as JWK[];
    await expect(verifier().verify(token)).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
    published = kept;
  });
});
