import { describe, expect, it } from 'vitest';
import { createFilter, type StreamMapping } from '../../simulation/world/stream-mapping.ts';

/** A filter with these patterns. */
function filter(...patterns: object[]) {
  const Filters = patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) }));
  return createFilter({ FilterCriteria: { Filters } } as unknown as StreamMapping);
}

const status = (text: string) => ({ status: { S: text } });
const becamePaid = {
  eventName: 'MODIFY',
  dynamodb: { OldImage: status('pending'), NewImage: status('paid') },
} as const;

describe('the filter of a simulated mapping', () => {
  it('lets through what matches one of its patterns in every part', () => {
    const newIs = (text: string) => ({
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { NewImage: { status: { S: [text] } } },
    });

    expect(filter(newIs('paid'))(becamePaid)).toBe(true);
    expect(filter(newIs('missing'), newIs('paid'))(becamePaid)).toBe(true);
    expect(filter(newIs('missing'))(becamePaid)).toBe(false);
    expect(filter(newIs('paid'))({ ...becamePaid, eventName: 'REMOVE' })).toBe(false);
  });

  it('takes a value that is not there for neither equal nor different', () => {
    const oldIsNot = (text: string) =>
      filter({ dynamodb: { OldImage: { status: { S: [{ 'anything-but': [text] }] } } } });

    expect(oldIsNot('paid')(becamePaid)).toBe(true);
    expect(oldIsNot('pending')(becamePaid)).toBe(false);
    expect(oldIsNot('paid')({ eventName: 'INSERT', dynamodb: { NewImage: status('paid') } })).toBe(false);
  });

  it('refuses a rule that it does not know', () => {
    const passes = filter({ eventName: [{ prefix: 'MOD' }] });

    expect(() => passes(becamePaid)).toThrow('prefix');
  });
});
