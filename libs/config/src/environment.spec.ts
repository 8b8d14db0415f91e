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
