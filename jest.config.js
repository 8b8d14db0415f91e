// Tests run the JavaScript that tsc wrote, the same that production runs; source maps point failures at the .ts lines.
export default {
  rootDir: 'dist',
  testEnvironment: 'node',
  transform: {},
  testMatch: ['**/*.spec.js'],
  maxWorkers: 2,
  coverageProvider: 'v8',
};
