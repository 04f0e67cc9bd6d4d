import { formatMachine } from '../measure/machine.ts';
import type { MemorySizeMeasurement } from '../measure/memory-sizes.ts';
import type { ScaleFigures } from '../measure/run-scale.ts';
import type { ScaleMeasurement } from '../measure/scale.ts';
import { nameOf } from '../nocodb/start.ts';
import { bytes, count, figure, markdownTable, spread } from './format.ts';

/** The figures as test/bench/README.md shows them. @param figures `undefined`: there was no DynamoDB Local */
export function formatScale(figures: ScaleFigures | undefined): string {
  if (figures === undefined) {
    return 'This part was left out: DynamoDB Local needs Java 17 and Maven.';
  }
  const { machine, scale, memorySizes } = figures;
  return [
    `${formatMachine(machine)} Where there are three figures they are minimum / median / maximum.`,
    formatPending(scale),
    formatMemorySizes(memorySizes),
  ].join('\n\n');
}

function formatPending(scale: readonly ScaleMeasurement[]): string {
  const [first] = scale;
  if (first === undefined) return '';
  const rows = scale.map(({ pending, tick, audit, largestMemory, everything }) => [
    count(pending),
    `${count(tick.requests)} (${count(audit.requests)})`,
    `${figure(tick.readUnits)} (${figure(audit.readUnits)})`,
    figure(tick.writeUnits),
    spread(tick.milliseconds),
    spread(tick.requestMilliseconds),
    spread(tick.processorMilliseconds),
    bytes(largestMemory),
    `${count(everything.requests)}, ${figure(everything.readUnits)}`,
  ]);
  return [
    `**A tick with many pending payments**, of which 20 are paid and 20 are new in each tick, on ${nameOf(first.kind)} with ${count(first.records)} records. In parentheses: a tick that also has a slice of an audit.`,
    markdownTable(
      [
        'Pending',
        'Requests',
        'Read units',
        'Write units',
        'Tick',
        'of it NocoDB',
        'Processor time',
        'Memory',
        'Asking for everything instead: requests, read units',
      ],
      rows,
    ),
    'The last column is computed, not measured: requests of 20,000 ids, and the size of all entries of the index. DynamoDB Local takes most of the time of a tick; DynamoDB itself is faster.',
  ].join('\n\n');
}

function formatMemorySizes(memorySizes: readonly MemorySizeMeasurement[]): string {
  const title = '**The tick with the processor of a size of memory**, held to it by a control group of Linux';
  if (memorySizes.length === 0) return `${title}: left out, because this process may not create one.`;
  const rows = memorySizes.map((measurement) => {
    const { memorySize, share, quietMilliseconds, quietProcessorMilliseconds } = measurement;
    const { min, median, max } = measurement.confirmationsPerSecond;
    const processor = measurement.confirmationProcessorMilliseconds.median;
    return [
      `${count(memorySize)} MB, ${count(100 * share)} % of a core`,
      spread(quietMilliseconds),
      spread(quietProcessorMilliseconds),
      [min, median, max].map(count).join(' / '),
      `${figure(processor)} ms`,
      count((1000 * share) / processor),
    ];
  });
  const header = [
    'Memory',
    'A tick with 300 payments and no news',
    'of it processor time',
    'Confirmations a second',
    'Processor time of each',
    'The processor would allow',
  ];
  return [
    `${title}:`,
    markdownTable(header, rows),
    'DynamoDB Local and NocoDB share the other core, and DynamoDB Local takes most of the time of a confirmation. The last column is the part of a core divided by the processor time of a confirmation.',
  ].join('\n\n');
}
