export { type RunCommand, runCommand } from './process/run-command.ts';
export { signalGroup } from './process/signal-group.ts';
