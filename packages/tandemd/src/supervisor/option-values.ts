/** Reads the arguments of options; each function throws a UsageError for what it does not understand. */

const FACILITY_DAEMON = 3;
const FACILITY_USER = 1;
const FACILITY_LOCAL0 = 16;

/** Raised inside the parser only; becomes a result of kind `error`. */
export class UsageError extends Error {}

/** @returns the name of a network namespace */
export function namespaceName(value: string): string {
  if (value === '' || value.includes('/') || value.startsWith('.'))
    throw new UsageError(`Invalid network namespace '${value}': a name as ip netns has it`);
  return value;
}

/** @returns the name of an instance */
export function instanceName(value: string): string {
  if (value === '' || value.includes('/'))
    throw new UsageError(`Invalid instance '${value}': a name as the configuration has it`);
  return value;
}

/** @returns a mode, 0–0777, in the base that its beginning names, as in the configuration */
export function umaskOf(value: string): number {
  const isNumber = /^(?:0[xX][0-9a-fA-F]{1,3}|0[0-7]{0,4}|[1-9][0-9]{0,2})$/.test(value);
  const mode = /^0[0-7]/.test(value) ? Number.parseInt(value, 8) : Number(value);
  if (!isNumber || mode > 0o777)
    throw new UsageError(`Invalid umask '${value}': a mode such as 0177`);
  return mode;
}

/** @returns what `--cleanup` is to do */
export function cleanupOf(value: string | undefined): 'do' | 'show' {
  if (value !== undefined && value !== 'dry-run')
    throw new UsageError(`Invalid argument '${value}' of --cleanup: dry-run or none`);
  return value === undefined ? 'do' : 'show';
}

/** @returns the number of a syslog facility */
export function facility(text: string): number {
  if (text === 'daemon') return FACILITY_DAEMON;
  if (text === 'user') return FACILITY_USER;
  const match = /^(?:local)?([0-7])$/.exec(text);
  if (match === null) {
    throw new UsageError(`Invalid log facility '${text}': 0-7, local0-local7, user or daemon`);
  }
  return FACILITY_LOCAL0 + Number(match[1]);
}
