import { Command } from 'commander';
import { isFault } from '#errors';
import { benchCommand } from './commands/bench.js';
import { calibrateCommand } from './commands/calibrate.js';
import { validateCommand } from './commands/validate.js';
import { devCommand } from './commands/dev.js';
import { domainCommand } from './commands/domain.js';
import { fitAssimilationCommand } from './commands/fit-assimilation.js';
import { hindcastCommand } from './commands/hindcast.js';
import { keyCommand } from './commands/key.js';
import { meshCommand } from './commands/mesh.js';
import { migrateCommand } from './commands/migrate.js';
import { pretrainCommand } from './commands/pretrain.js';
import { replayCommand } from './commands/replay.js';
import { serveCommand } from './commands/serve.js';
import { simulateFeedCommand } from './commands/simulate-feed.js';
import { sourceCommand } from './commands/source.js';
import { simulateCommand } from './commands/simulate.js';
import { trainCorrectorCommand } from './commands/train-corrector.js';

/** Each command file exports `(program: Command) => void` and is listed here. */
const COMMANDS: readonly ((program: Command) => void)[] = [
  devCommand,
  serveCommand,
  replayCommand,
  migrateCommand,
  keyCommand,
  domainCommand,
  meshCommand,
  pretrainCommand,
  calibrateCommand,
  validateCommand,
  simulateCommand,
  simulateFeedCommand,
  sourceCommand,
  fitAssimilationCommand,
  trainCorrectorCommand,
  hindcastCommand,
  benchCommand,
];

/** sysexits.h: 78 configuration, 65 data, 70 everything else. */
const EXIT_CONFIG = 78;
const EXIT_DATA = 65;
const EXIT_SOFTWARE = 70;

const program = new Command('freshet').description('Real-time flood forecasting: radar rain and river gauges in, forecasts and alerts out');
for (const register of COMMANDS) register(program);
try {
  await program.parseAsync();
} catch (error) {
  if (!isFault(error)) throw error;
  process.stderr.write(`freshet: ${error.message}\n${error.remedy}\n`);
  process.exitCode = error.kind === 'config' ? EXIT_CONFIG : error.kind === 'input' ? EXIT_DATA : EXIT_SOFTWARE;
}
