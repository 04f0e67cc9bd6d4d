import { readdirSync, readFileSync } from 'node:fs';

/**
 * The resident memory of the largest process that runs a Lambda function on this machine's emulator, bytes. Each
 * invocation at the same time has its own process.
 *
 * @returns `undefined` when none runs at the moment, or where there is no Linux `/proc`
 */
export function memoryOfFunction(functionName: string): number | undefined {
  const sizes = processIds().flatMap((pid) => residentSize(pid, functionName) ?? []);
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return []; // Another operating system: the figure is left out.
  }
}

/** See proc_pid_environ(5) and proc_pid_status(5). */
function residentSize(pid: string, functionName: string): number | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    if (!variables.includes(`AWS_LAMBDA_FUNCTION_NAME=${functionName}`)) return undefined;
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined; // It has ended, or belongs to another user.
  }
}
