import type { Comparison, Load } from '../measure/compare-polling.ts';
import type { Limited, LimitMeasurement } from '../measure/limit.ts';
import { formatMachine } from '../measure/machine.ts';
import type { BenchFigures } from '../measure/run-bench.ts';
import type { TickMeasurement } from '../measure/ticks.ts';
import { type NocoDbKind, nameOf } from '../nocodb/start.ts';
import { bytes, count, duration, figure, markdownTable, ratio, spread } from './format.ts';

/** The figures as test/bench/README.md shows them. */
export function formatBench(figures: BenchFigures): string {
  const { machine, comparisons, limits, ticks } = figures;
  const kinds = [...new Set(comparisons.map(({ kind }) => kind))];
  return [
    `${formatMachine(machine)} Where there are three figures they are minimum / median / maximum.`,
    ...kinds.map((kind) => formatComparisons(kind, comparisons)),
    '![Requests a minute against users](results/requests.svg)',
    formatLimits(limits),
    formatTicks(ticks),
    formatTable(figures),
    formatBundle(figures),
    '![How long a payment takes from Paid to readable](results/delay.svg)',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function formatComparisons(kind: NocoDbKind, comparisons: readonly Comparison[]): string {
  const pair = (polling: number, tracker: number, show: (value: number) => string) =>
    `${show(polling)} → ${show(tracker)} (${ratio(polling, tracker)})`;
  const row = (users: string, polling: Load, tracker: Load) => [
    users,
    pair(polling.requestsPerMinute, tracker.requestsPerMinute, count),
    `${count(polling.peakPerSecond)} → ${count(tracker.peakPerSecond)}`,
    pair(polling.bytesPerMinute, tracker.bytesPerMinute, bytes),
    cpu(polling, tracker),
    `${figure(polling.lastKnownSeconds)} s → ${figure(tracker.lastKnownSeconds)} s`,
  ];
  const rows = comparisons
    .filter((comparison) => comparison.kind === kind)
    .flatMap(({ users, polling, tracker, trackerInV3 }) => [
      row(`${count(users)}, API v2`, polling, tracker),
      row(`${count(users)}, API v3`, polling, trackerInV3),
    ]);
  const header = ['Users', 'Requests a minute', 'Peak a second', 'Bytes a minute', 'CPU of NocoDB a minute'];
  return [
    `**Polling for each user every 20 s → the tracker**, on ${nameOf(kind)}, while everybody pays at once:`,
    markdownTable([...header, 'Until the last user is known to have paid, at most'], rows),
  ].join('\n\n');
}

/** Linux counts CPU time in hundredths of a second, and three slots make a minute. */
const LEAST_CPU_SECONDS = 0.03;

function cpu(polling: Load, tracker: Load): string {
  const [more, less] = [polling.cpuSecondsPerMinute, tracker.cpuSecondsPerMinute];
  if (more === undefined || less === undefined) return 'unknown';
  const show = (seconds: number) =>
    seconds < LEAST_CPU_SECONDS ? `< ${LEAST_CPU_SECONDS} s` : `${figure(seconds)} s`;
  return `${show(more)} → ${show(less)} (${ratio(more, less)})`;
}

function formatLimits(limits: readonly LimitMeasurement[]): string {
  if (limits.length === 0) return '';
  const share = ({ requests, refused }: Limited) =>
    `${count(refused)} of ${count(requests)} (${count((100 * refused) / requests)} %)`;
  const rows = limits.map(({ users, polling, tracker }) => [count(users), share(polling), share(tracker)]);
  return [
    "**Under NocoDB's documented rate limit** (5 requests a second, or else 30 s of 429), enforced by the demo NocoDB, for a minute:",
    markdownTable(['Users', 'Refused when polling for each', 'Refused to the tracker'], rows),
  ].join('\n\n');
}

function formatTicks(ticks: readonly TickMeasurement[]): string {
  const rows = ticks.map(({ kind, tracked, tick, polling }) => [
    `${count(tracked)}, ${nameOf(kind)}`,
    `${count(tick.requests)}, ${bytes(tick.bytes)}`,
    spread(tick.milliseconds),
    spread(tick.listMilliseconds),
    spread(tick.requestMilliseconds),
    bytes(tick.largestMemory),
    `${count(polling.requests)}, ${bytes(polling.bytes)}, ${duration(polling.milliseconds)}`,
  ]);
  const mostSent = Math.max(...ticks.map(({ polling }) => polling.sent));
  return [
    '**A tick without news**, in its own process, over HTTP, with its table in the emulator:',
    markdownTable(
      [
        'Tracked',
        'Requests, bytes',
        'Tick',
        'of it listing',
        'of it NocoDB',
        'Memory',
        'Asking for each user instead',
      ],
      rows,
    ),
    `For the last column, at most ${count(mostSent)} requests were sent, one after another, and the figures were scaled. The time that the emulator needs to list grows with the square of the number of payments.`,
  ].join('\n\n');
}

function formatTable({ reads, writes }: BenchFigures): string {
  const writeRows = writes.map(({ confirmed, calls, writeUnits }) => [
    `A tick that confirms ${count(confirmed)}`,
    Object.entries(calls)
      .map(([operation, calls]) => `${count(calls)} ${operation}`)
      .join(', '),
    `${count(writeUnits)} write units`,
    '',
  ]);
  const rows = [
    [
      '`isPaid(userId, recordId)`',
      '1 GetItem',
      `${reads.unitsWithRecord} read units`,
      spread(reads.withRecord),
    ],
    ['`isPaid(userId)`', '1 Query', `${reads.unitsWithoutRecord} read units`, spread(reads.withoutRecord)],
    ...writeRows,
  ];
  return [
    '**Calls of DynamoDB.** The times are those of the emulator, which is one Python process:',
    markdownTable(['', 'Calls', 'Units', 'Time'], rows),
  ].join('\n\n');
}

function formatBundle({ bundle }: BenchFigures): string {
  const { bytes: size, gzippedBytes, initMilliseconds, processMilliseconds, starts } = bundle;
  const started = `${starts} starts of a fresh process`;
  return [
    '**The tick function**, as deployed:',
    markdownTable(
      ['Bundle', 'gzipped', `Init (${started})`, 'The whole process'],
      [[bytes(size), bytes(gzippedBytes), spread(initMilliseconds), spread(processMilliseconds)]],
    ),
  ].join('\n\n');
}
