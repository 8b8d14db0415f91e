import { Command } from 'commander';

/** Each command file exports `(program: Command) => void` and is listed here. */
const COMMANDS: readonly ((program: Command) => void)[] = [];

const program = new Command('freshet').description('Real-time flood forecasting: radar rain and river gauges in, forecasts and alerts out');
for (const register of COMMANDS) register(program);
await program.parseAsync();
