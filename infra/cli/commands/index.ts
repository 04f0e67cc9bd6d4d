import type { Command } from '../command.ts';
import { doctorCommand } from './doctor.ts';
import { importCommand } from './import.ts';
import { statsCommand } from './stats.ts';
import { statusCommand } from './status.ts';
import { tickCommand } from './tick.ts';
import { trackCommand } from './track.ts';
import { untrackCommand } from './untrack.ts';
import { webhookInstallCommand } from './webhook-install.ts';
import { webhookRemoveCommand } from './webhook-remove.ts';

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
