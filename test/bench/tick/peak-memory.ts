import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has had resident so far, bytes.
 *
 * Linux counts into `getrusage` what the process that started this one held at that moment; `VmHWM` begins anew with
 * each program (proc_pid_status(5)).
 */
export function peakMemory(): number {
  return (highWaterMark() ?? process.resourceUsage().maxRSS) * 1024;
}

/** Kilobytes; `undefined` where there is no Linux `/proc`. */
function highWaterMark(): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes);
  } catch {
    return undefined;
  }
}
