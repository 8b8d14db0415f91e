import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.js';

describe('environment', () => {
  it('has a default for everything and binds to this machine only', () => {
    expect(readEnvironment({ PATH: '/bin', FRESHET_PORT: '' })).toEqual({
      roles: ['ingest', 'forecast', 'alert', 'api'],
      kafka: null,
      run: 'live',
      sql: 'embedded:data',
      host: '127.0.0.1',
      port: 3000,
      access: { mode: 'open', requestsPerMinute: null, corsOrigins: [], trustedProxies: [], oidc: null },
      metricsPort: null,
      domains: null,
      basins: ['cance'],
      workers: 1,
      logLevel: 'info',
    });
    expect(Object.isFrozen(readEnvironment({}))).toBe(true);
  });

  it('lists every mistake at once, with the value that was given', () => {
    const wrong = { FRESHET_PORT: '80.5', FRESHET_SQL: 'mysql://x', FRESHET_LOG_LEVEL: 'loud', FRESHET_ROLES: 'ingest,cook' };
    expect(() => readEnvironment(wrong)).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID', kind: 'config' }));
    try {
      readEnvironment(wrong);
    } catch (error) {
      const { message } = error as Error;
      for (const [name, value] of Object.entries(wrong)) expect(message).toContain(name === 'FRESHET_ROLES' ? name : `${name} (${value})`);
      expect(message).toContain('4 mistake(s)');
    }
  });

  it('shows no password of an address that is wrong', () => {
    const wrong = { FRESHET_SQL: 'postgre://freshet:s3cret@db/freshet', FRESHET_OIDC_ISSUER: 'ftp://u:s3cret@id' };
    expect(() => readEnvironment(wrong)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('s3cret') as unknown }));
  });

  describe('access', () => {
    const access = (variables: Record<string, string>) => readEnvironment(variables).access;

    it('is open to this machine alone, closed to others unless reads are public', () => {
      expect(access({}).mode).toBe('open');
      expect(access({ FRESHET_HOST: '::1' }).mode).toBe('open');
      expect(access({ FRESHET_HOST: '0.0.0.0' })).toMatchObject({ mode: 'closed', requestsPerMinute: 1200 });
      expect(access({ FRESHET_HOST: '10.1.2.3', FRESHET_ACCESS: 'public', FRESHET_RATE_LIMIT: '0' })).toMatchObject({
        mode: 'public',
        requestsPerMinute: null,
      });
      for (const host of ['0.0.0.0', '::', '10.1.2.3', '127.0.0.1.example.org'])
        expect(() => access({ FRESHET_HOST: host, FRESHET_ACCESS: 'open' })).toThrow(/only this machine \(127\.0\.0\.1\)/);
    });

    it('reads origins, proxies and the issuer, and names what is wrong', () => {
      const oidc = {
        FRESHET_OIDC_ISSUER: 'https://id.example.org/realms/flood',
        FRESHET_OIDC_AUDIENCE: 'freshet',
        FRESHET_OIDC_JWKS: 'https://id.example.org/certs',
        FRESHET_OIDC_OPERATORS: 'groups=duty=1',
      };
      expect(access(oidc).oidc).toMatchObject({ operatorClaim: { claim: 'groups', value: 'duty=1' } });
      expect(access({ FRESHET_CORS_ORIGINS: 'https://a.example.org, http://b:81' }).corsOrigins).toEqual([
        'https://a.example.org',
        'http://b:81',
      ]);
      expect(access({ FRESHET_TRUSTED_PROXIES: '10.0.0.0/8,::1' }).trustedProxies).toEqual(['10.0.0.0/8', '::1']);
      for (const name of Object.keys(oidc)) expect(() => access({ ...oidc, [name]: '' })).toThrow(name);
      for (const wrong of [
        { FRESHET_CORS_ORIGINS: 'https://a.example.org/maps' },
        { FRESHET_CORS_ORIGINS: '*' },
        { FRESHET_TRUSTED_PROXIES: 'proxy' },
        { FRESHET_ACCESS: 'none' },
        { FRESHET_RATE_LIMIT: 'many' },
      ])
        expect(() => access(wrong)).toThrow(Object.keys(wrong)[0]);
    });
  });

  it('does not split roles over processes that share no bus', () => {
    expect(() => readEnvironment({ FRESHET_ROLES: 'forecast,api' })).toThrow(/ingest, forecast and alert together/);
    expect(readEnvironment({ FRESHET_ROLES: 'api' }).roles).toEqual(['api']);
    expect(() => readEnvironment({ FRESHET_RUN: 'exercise' })).toThrow(/needs FRESHET_BUS=kafka/);
  });

  describe('with Kafka', () => {
    const kafka = { FRESHET_BUS: 'kafka', FRESHET_SQL: 'postgres://db/freshet', FRESHET_KAFKA_BROKERS: 'a:9092, b:9092' };

    it('takes any roles and reads secrets out of files', () => {
      const folder = mkdtempSync(join(tmpdir(), 'freshet-environment-'));
      writeFileSync(join(folder, 'password'), 'secret\n');
      writeFileSync(join(folder, 'ca.pem'), 'PEM');
      const sasl = { FRESHET_KAFKA_SASL: 'plain', FRESHET_KAFKA_USER: 'u', FRESHET_KAFKA_PASSWORD_FILE: join(folder, 'password') };
      const read = readEnvironment({ ...kafka, ...sasl, FRESHET_KAFKA_TLS: join(folder, 'ca.pem'), FRESHET_ROLES: 'forecast' });
      rmSync(folder, { recursive: true });
      expect(read.roles).toEqual(['forecast']);
      expect(read.kafka).toEqual({
        brokers: ['a:9092', 'b:9092'],
        prefix: 'freshet.',
        partitions: 48,
        replication: 3,
        compression: 'gzip',
        tls: { ca: 'PEM' },
        sasl: { mechanism: 'plain', username: 'u', password: 'secret' },
      });
    });

    it('names what is missing or cannot be read', () => {
      const missing = { ...kafka, FRESHET_KAFKA_BROKERS: '', FRESHET_SQL: '', FRESHET_KAFKA_SASL: 'plain', FRESHET_KAFKA_TLS: '/none' };
      expect(() => readEnvironment(missing)).toThrow(
        /5 mistake.*FRESHET_KAFKA_BROKERS .*FRESHET_KAFKA_USER .*FRESHET_KAFKA_PASSWORD_FILE .*FRESHET_KAFKA_TLS \(\/none\): cannot be read.*FRESHET_SQL/s,
      );
    });
  });
});
