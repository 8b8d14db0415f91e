import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.js';

describe('environment', () => {
  it('has a default for everything and binds to this machine only', () => {
    expect(readEnvironment({ PATH: '/bin', FRESHET_PORT: '' })).toEqual({
      roles: ['ingest', 'forecast', 'alert', 'api'],
      bus: 'local',
      sql: 'embedded:data',
      host: '127.0.0.1',
      port: 3000,
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
  });
});
