import type { Command } from '../command.ts';
import { doctorCommand } from './doctor.ts';
import { importCommand } from './import.ts';
import { statusCommand, trackCommand, untrackCommand } from './payments.ts';
import { statsCommand } from './stats.ts';
import { tickCommand } from './tick.ts';
import { webhookInstallCommand, webhookRemoveCommand } from './webhook.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  statsCommand,
  statusCommand,
  trackCommand,
  untrackCommand,
  importCommand,
  doctorCommand,
  tickCommand,
  webhookInstallCommand,
  webhookRemoveCommand,
];
