// The lane that needs Java, Maven and PostgreSQL 15: a real Kafka broker and a real TimescaleDB for the run, one spec file after the other.
export default {
  rootDir: 'dist',
  testEnvironment: 'node',
  transform: {},
  testMatch: ['**/*.integration.js'],
  globalSetup: '<rootDir>/test/stack/start-services.js',
  globalTeardown: '<rootDir>/test/stack/stop-services.js',
  maxWorkers: 1,
  forceExit: true, // a service that a failed test left running must not keep the run from ending
  testTimeout: 120_000,
};
