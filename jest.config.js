// Tests run the JavaScript that tsc wrote, the same that production runs; source maps point failures at the .ts lines.
export default {
  rootDir: 'dist',
  testEnvironment: 'node',
  transform: {},
  testMatch: ['**/*.spec.js'],
  // one PostgreSQL a run; each spec file that needs a database clones the migrated template
  globalSetup: '<rootDir>/test/setup/start-database.js',
  globalTeardown: '<rootDir>/test/setup/stop-database.js',
  maxWorkers: 2,
  testTimeout: 60_000, // a guard against hanging, not a measure: real databases, workers and browsers share two busy cores

  coverageProvider: 'v8',
};
