import tseslint from 'typescript-eslint';

// Layers, banned imports and sizes are checked by test/architecture.spec.ts, which prints the offending edge; lint sees one file at a time.
export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'deploy/domains/**',
      'deploy/stack/**',
      'data/**',
      '.stack/**',
      '*.config.js',
      'apps/freshet/bin/**',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off', // typed arrays in numeric loops: the index is the loop's own
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // a parameter that must be there for its place or its check, and a field taken out of a rest
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'max-lines': ['warn', { max: 350, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['warn', { max: 40, skipBlankLines: true, skipComments: true }],
      'max-params': ['warn', 4],
    },
  },
  {
    files: ['libs/**/*.ts'],
    ignores: ['libs/runtime/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@nestjs/*'], message: 'Libraries do not know Nest; wire them in apps or libs/runtime.' }] },
      ],
    },
  },
  // a formula takes the symbols of its equation one by one: the compiler wires them by name
  { files: ['libs/kernel/src/{formulas,structures,routings}/**', 'test/golden/smash/gr4-ri-published.ts'], rules: { 'max-params': 'off' } },
  {
    files: ['**/*.spec.ts', '**/*.contract.ts', 'test/**'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-floating-promises': 'error' },
  },
);
