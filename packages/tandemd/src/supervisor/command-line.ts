import { constants } from 'node:os';
import {
  cleanupOf,
  facility,
  instanceName,
  namespaceName,
  umaskOf,
  UsageError,
} from './option-values.ts';

/** How the daemon was asked to run; defaults as keepalived has them. */
export interface CommandLine {
  readonly configurationFile: string;
  /** Present with -f: the same. */
  readonly namedFile?: string;
  readonly foreground: boolean;
  readonly logConsole: boolean;
  readonly logJson: boolean;
  /** -D, counted. */
  readonly logDetail: number;
  /** syslog facility number. */
  readonly logFacility: number;
  readonly noSyslog: boolean;
  readonly dumpConfiguration: boolean;
  readonly pidFile: string;
  readonly vrrpPidFile: string;
  readonly ipvsPidFile: string;
  readonly bfdPidFile: string;
  readonly onlyVrrp: boolean;
  readonly onlyIpvs: boolean;
  readonly noBfd: boolean;
  /** -V: leave VIPs at stop. */
  readonly keepAddresses: boolean;
  /** -I: leave the IPVS table at stop. */
  readonly keepIpvs: boolean;
  readonly noRespawn: boolean;
  readonly configurationId?: string;
  /** -s: network namespace; comes before that of the configuration. */
  readonly namespace?: string;
  /** -u: 0–0777, comes before that of the configuration. */
  readonly umask?: number;
  /** With `cleanup`: the instance of that daemon; comes before that of the configuration. */
  readonly instance?: string;
  readonly controlPath: string;
  /** Present with -t; `file` is where the diagnostics go instead of stderr. */
  readonly configTest?: { readonly file?: string };
  /** Take out of the kernel what a daemon that was killed has left there, or show it, and end. */
  readonly cleanup?: 'do' | 'show';
  /** Options that were accepted and do nothing yet, as written. */
  readonly withoutEffect: readonly string[];
}

/** What the command line asks for. */
export type CommandLineResult =
  | { readonly kind: 'run'; readonly options: CommandLine }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }
  | { readonly kind: 'signal'; readonly number: number }
  | { readonly kind: 'error'; readonly message: string };

type Argument = 'none' | 'required' | 'optional';

interface Option {
  readonly short?: string;
  readonly long: string;
  readonly argument: Argument;
  /** Name of the argument in the help. */
  readonly value?: string;
  readonly help: string;
  readonly apply?: (options: Draft, value: string | undefined) => void;
}

type Draft = { -readonly [Key in keyof CommandLine]: CommandLine[Key] };

/** One row per option; a row without `apply` is accepted and has no effect yet. */
const OPTIONS: readonly Option[] = [
  {
    short: 'f',
    long: 'use-file',
    argument: 'required',
    value: 'FILE',
    help: 'configuration file (default /etc/keepalived/keepalived.conf)',
    apply: (o, value = '') => (o.configurationFile = o.namedFile = value),
  },
  {
    short: 'n',
    long: 'dont-fork',
    argument: 'none',
    help: 'stay in the foreground',
    apply: (o) => (o.foreground = true),
  },
  {
    short: 'l',
    long: 'log-console',
    argument: 'none',
    help: 'log to standard error instead of syslog',
    apply: (o) => (o.logConsole = true),
  },
  {
    long: 'log-json',
    argument: 'none',
    help: 'log JSON lines to standard error',
    apply: (o) => (o.logJson = true),
  },
  {
    short: 'D',
    long: 'log-detail',
    argument: 'none',
    help: 'log in detail; twice for more',
    apply: (o) => (o.logDetail += 1),
  },
  {
    short: 'S',
    long: 'log-facility',
    argument: 'required',
    value: '0-7|local0-7|user|daemon',
    help: 'syslog facility (default daemon)',
    apply: (o, value = '') => (o.logFacility = facility(value)),
  },
  {
    short: 'G',
    long: 'no-syslog',
    argument: 'none',
    help: 'never log to syslog',
    apply: (o) => (o.noSyslog = true),
  },
  {
    short: 'd',
    long: 'dump-conf',
    argument: 'none',
    help: 'log the configuration after parsing it',
    apply: (o) => (o.dumpConfiguration = true),
  },
  {
    short: 't',
    long: 'config-test',
    argument: 'optional',
    value: 'FILE',
    help: 'check the configuration and end; diagnostics go to FILE or standard error',
    apply: (o, value) => (o.configTest = value === undefined ? {} : { file: value }),
  },
  {
    short: 'p',
    long: 'pid',
    argument: 'required',
    value: 'FILE',
    help: 'pid file of the supervisor (default /run/keepalived.pid)',
    apply: (o, value = '') => (o.pidFile = value),
  },
  {
    short: 'r',
    long: 'vrrp_pid',
    argument: 'required',
    value: 'FILE',
    help: 'pid file of the vrrp process (default /run/vrrp.pid)',
    apply: (o, value = '') => (o.vrrpPidFile = value),
  },
  {
    short: 'c',
    long: 'checkers_pid',
    argument: 'required',
    value: 'FILE',
    help: 'pid file of the ipvs process (default /run/checkers.pid)',
    apply: (o, value = '') => (o.ipvsPidFile = value),
  },
  {
    long: 'control',
    argument: 'required',
    value: 'PATH',
    help: 'control socket of tandemctl (default /run/tandem/control.sock)',
    apply: (o, value = '') => (o.controlPath = value),
  },
  {
    short: 'P',
    long: 'vrrp',
    argument: 'none',
    help: 'run only VRRP',
    apply: (o) => (o.onlyVrrp = true),
  },
  {
    short: 'C',
    long: 'check',
    argument: 'none',
    help: 'run only IPVS and health checks',
    apply: (o) => (o.onlyIpvs = true),
  },
  {
    short: 'V',
    long: 'dont-release-vrrp',
    argument: 'none',
    help: 'leave virtual addresses at stop',
    apply: (o) => (o.keepAddresses = true),
  },
  {
    short: 'I',
    long: 'dont-release-ipvs',
    argument: 'none',
    help: 'leave the IPVS table at stop',
    apply: (o) => (o.keepIpvs = true),
  },
  {
    short: 'R',
    long: 'dont-respawn',
    argument: 'none',
    help: 'end when a child process dies',
    apply: (o) => (o.noRespawn = true),
  },
  {
    short: 'i',
    long: 'config-id',
    argument: 'required',
    value: 'ID',
    help: 'for lines that begin with @ID (default: the host name)',
    apply: (o, value = '') => (o.configurationId = value),
  },
  {
    long: 'cleanup',
    argument: 'optional',
    value: 'dry-run',
    help: 'remove (or show) what a daemon that was killed has left, and end',
    apply: (o, value) => (o.cleanup = cleanupOf(value)),
  },
  {
    long: 'instance',
    argument: 'required',
    value: 'NAME',
    help: 'with --cleanup: that of the daemon that was killed',
    apply: (o, value = '') => (o.instance = instanceName(value)),
  },
  {
    short: 'B',
    long: 'no_bfd',
    argument: 'none',
    help: 'run no BFD',
    apply: (o) => (o.noBfd = true),
  },
  { long: 'all', argument: 'none', help: 'start all children, whatever is configured' },
  { short: 'e', long: 'all-config', argument: 'none', help: 'missing files are errors' },
  { short: 'X', long: 'release-vips', argument: 'none', help: 'drop addresses on a transition' },
  {
    short: 's',
    long: 'namespace',
    argument: 'required',
    value: 'NAME',
    help: 'network namespace to run in',
    apply: (o, value = '') => (o.namespace = namespaceName(value)),
  },
  {
    short: 'b',
    long: 'bfd_pid',
    argument: 'required',
    value: 'FILE',
    help: 'pid file of BFD (default: /run/bfd.pid)',
    apply: (o, value = '') => (o.bfdPidFile = value),
  },
  {
    short: 'u',
    long: 'umask',
    argument: 'required',
    value: 'MODE',
    help: 'umask of dumps; comes before that of the configuration (default 0177)',
    apply: (o, value = '') => (o.umask = umaskOf(value)),
  },
  { short: 'g', long: 'log-file', argument: 'optional', value: 'FILE', help: 'log to a file' },
  { long: 'flush-log-file', argument: 'none', help: 'flush the log file' },
  { short: 'a', long: 'address-monitoring', argument: 'none', help: 'log changes of addresses' },
  { short: 'x', long: 'snmp', argument: 'none', help: 'speak to an SNMP agent' },
  { short: 'A', long: 'snmp-agent-socket', argument: 'required', value: 'A', help: 'its socket' },
  { short: 'm', long: 'core-dump', argument: 'none', help: 'dump core on a crash' },
  { short: 'M', long: 'core-dump-pattern', argument: 'optional', value: 'P', help: 'its name' },
  {
    long: 'signum',
    argument: 'required',
    value: 'STOP|RELOAD|DATA|STATS|JSON|STATS_CLEAR',
    help: 'print the number of a signal and end',
  },
  { short: 'v', long: 'version', argument: 'none', help: 'print the version and end' },
  { short: 'h', long: 'help', argument: 'none', help: 'print this text and end' },
];

/** glibc keeps the first two real-time signals, so that SIGRTMIN is 34. */
const SIGNALS: Readonly<Record<string, number>> = {
  STOP: constants.signals.SIGTERM,
  RELOAD: constants.signals.SIGHUP,
  DATA: constants.signals.SIGUSR1,
  STATS: constants.signals.SIGUSR2,
  JSON: 36,
  STATS_CLEAR: 63,
};

/** Paths of a daemon that is the only one. */
export const DEFAULT_PATHS = {
  pidFile: '/run/keepalived.pid',
  vrrpPidFile: '/run/vrrp.pid',
  ipvsPidFile: '/run/checkers.pid',
  bfdPidFile: '/run/bfd.pid',
  controlPath: '/run/tandem/control.sock',
} as const;

const DEFAULTS: CommandLine = {
  configurationFile: '/etc/keepalived/keepalived.conf',
  foreground: false,
  logConsole: false,
  logJson: false,
  logDetail: 0,
  logFacility: facility('daemon'),
  noSyslog: false,
  dumpConfiguration: false,
  ...DEFAULT_PATHS,
  onlyVrrp: false,
  onlyIpvs: false,
  noBfd: false,
  keepAddresses: false,
  keepIpvs: false,
  noRespawn: false,
  withoutEffect: [],
};

/**
 * Reads the daemon's command line as getopt_long(3) would: options may be bundled (`-nlD`), long
 * ones abbreviated to a unique beginning, optional arguments must be glued (`-tFILE`,
 * `--config-test=FILE`).
 * @param words - without the program's own name
 * @returns what to do; `error` carries one line for standard error, exit status 1
 * @see keepalived(8) OPTIONS
 */
export function parseCommandLine(words: readonly string[]): CommandLineResult {
  try {
    return parse(words);
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'error', message: error.message };
    throw error;
  }
}

function parse(words: readonly string[]): CommandLineResult {
  const options: Draft = { ...DEFAULTS };
  const ignored: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    for (const { option, value, written } of occurrences(word, queue)) {
      if (option.long === 'version') return { kind: 'version' };
      if (option.long === 'help') return { kind: 'help' };
      if (option.long === 'signum') return signal(value ?? '');
      if (option.apply === undefined) ignored.push(written);
      else option.apply(options, value);
    }
  }
  return { kind: 'run', options: { ...options, withoutEffect: ignored } };
}

interface Occurrence {
  readonly option: Option;
  readonly value: string | undefined;
  readonly written: string;
}

function occurrences(word: string, queue: string[]): Occurrence[] {
  if (word.startsWith('--')) return [longOption(word, queue)];
  if (word.startsWith('-') && word.length > 1) return shortOptions(word, queue);
  throw new UsageError(`Unexpected argument '${word}'`);
}

function longOption(word: string, queue: string[]): Occurrence {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const given = equals < 0 ? undefined : word.slice(equals + 1);
  const exact = OPTIONS.filter((option) => option.long === name);
  const matching = exact.length > 0 ? exact : OPTIONS.filter((o) => o.long.startsWith(name));
  const [option] = matching;
  if (option === undefined || name === '') throw new UsageError(`Unknown option --${name}`);
  if (matching.length > 1) {
    const names = matching.map((each) => `--${each.long}`).join(', ');
    throw new UsageError(`Option --${name} is ambiguous: ${names}`);
  }
  const written = `--${option.long}`;
  if (option.argument === 'none' && given !== undefined) {
    throw new UsageError(`Option ${written} takes no argument`);
  }
  if (option.argument !== 'required' || given !== undefined)
    return { option, value: given, written };
  return { option, value: required(queue.shift(), written), written };
}

function shortOptions(word: string, queue: string[]): Occurrence[] {
  const found: Occurrence[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at);
    const option = OPTIONS.find((each) => each.short === letter);
    const written = `-${letter}`;
    if (option === undefined) throw new UsageError(`Unknown option ${written}`);
    if (option.argument === 'none') {
      found.push({ option, value: undefined, written });
      continue;
    }
    const glued = word.slice(at + 1) === '' ? undefined : word.slice(at + 1);
    const value =
      option.argument === 'optional' ? glued : required(glued ?? queue.shift(), written);
    found.push({ option, value, written });
    break;
  }
  return found;
}

function required(value: string | undefined, written: string): string {
  if (value === undefined) throw new UsageError(`Option ${written} needs an argument`);
  return value;
}

function signal(word: string): CommandLineResult {
  const number = SIGNALS[word];
  if (number === undefined) {
    throw new UsageError(`Unknown sigfunc ${word}: one of ${Object.keys(SIGNALS).join(', ')}`);
  }
  return { kind: 'signal', number };
}

/**
 * @returns the text of `--help`, one line per option
 */
export function usage(): string {
  const rows = OPTIONS.map((option) => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    const value = option.value === undefined ? '' : `=${option.value}`;
    const long =
      option.argument === 'optional' ? `--${option.long}[${value}]` : `--${option.long}${value}`;
    const note = option.apply === undefined && !ACTS.has(option.long) ? ' (no effect yet)' : '';
    return `  ${short}${long.padEnd(28)} ${option.help}${note}`;
  });
  return `Usage: tandemd [OPTION...]\n\n${rows.join('\n')}\n`;
}

/** Options that end the program themselves. */
const ACTS: ReadonlySet<string> = new Set(['signum', 'version', 'help']);
