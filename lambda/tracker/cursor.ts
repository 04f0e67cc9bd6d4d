import type { Cursor } from './gate.ts';
import { idsOf, type Question } from './query-plan.ts';

/** The ids from the cursor on, then those before it; a part being isolated stays a question of its own. */
export function startingAt(
  ids: readonly string[],
  cursor: Cursor | undefined,
): { ids: string[]; isolating?: boolean }[] {
  if (cursor === undefined) return [{ ids: [...ids] }];
  const found = ids.findIndex((id) => id >= cursor.from);
  const start = Math.max(found, 0);
  const rotated = [...ids.slice(start), ...ids.slice(0, start)];
  if (cursor.alone === undefined) return [{ ids: rotated }];
  return [{ ids: rotated.slice(0, cursor.alone), isolating: true }, { ids: rotated.slice(cursor.alone) }];
}

/** Where the next pass starts when this question is the first that was not asked. */
export function cursorTo(question: Question): Cursor {
  const ids = idsOf(question);
  const from = ids[0] as string;
  return question.isolating ? { from, alone: ids.length } : { from };
}
