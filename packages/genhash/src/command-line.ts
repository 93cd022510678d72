import { parseIp, type IpAddress } from '@tandem/inet';
import { seconds, type Duration } from '@tandem/time';
import type { HttpProbe } from '@tandem/health';
import { Command, CommanderError, type Option } from 'commander';

/** What was asked for. */
export interface Request {
  readonly server: IpAddress;
  readonly port: number;
  readonly url: string;
  readonly virtualhost?: string;
  readonly httpProtocol: HttpProbe['httpProtocol'];
  readonly timeout: Duration;
  readonly useSsl: boolean;
  readonly useSni: boolean;
  readonly verbose: boolean;
  /** Present with --learn. */
  readonly learn?: { readonly servers: readonly IpAddress[]; readonly rounds: number };
  /** Absent: none. */
  readonly mark?: number;
}

/** Either what to do, or what is wrong; without a message, usage is to be shown. */
export type CommandLine =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly message?: string };

const PROTOCOLS: Readonly<Record<string, HttpProbe['httpProtocol']>> = {
  '1.0': '1.0',
  '1.0c': '1.0C',
  '1.1': '1.1',
};

const DEFAULT_ROUNDS = '3';
const DEFAULT_TIMEOUT: Duration = seconds(5);

/**
 * @param argv - arguments without interpreter and script
 * @returns the request, or what is wrong with it: keepalived's words, and after them what would be
 *   right
 * @see inventory §4.11
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  if (argv.length === 0) return { ok: false };
  const command = new Command('genhash')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .option('-S, --use-ssl')
    .option('-I, --use-sni')
    .option('-s, --server <address>', '', collect)
    .option('-p, --port <number>')
    .option('-u, --url <path>')
    .option('-V, --use-virtualhost <host>')
    .option('-v, --verbose')
    .option('-h, --help')
    .option('-m, --fwmark <number>')
    .option('-P, --protocol <version>')
    .option('-t, --timeout <seconds>')
    .option('--learn')
    .option('--rounds <number>')
    .argument('[extra...]');
  try {
    command.parse(withWholeNames(argv, command.options), { from: 'user' });
  } catch (error) {
    return { ok: false, message: complaint(error) };
  }
  return readOptions(command.opts(), command.args);
}

/** For an option that may be there several times. */
function collect(each: string, others: readonly string[] | undefined): readonly string[] {
  return [...(others ?? []), each];
}

/** Options as commander hands them over. */
interface Options {
  readonly useSsl?: true;
  readonly useSni?: true;
  /** All that were given; the last one counts where one is meant. */
  readonly server?: readonly string[];
  readonly port?: string;
  readonly url?: string;
  readonly useVirtualhost?: string;
  readonly verbose?: true;
  readonly help?: true;
  readonly fwmark?: string;
  readonly protocol?: string;
  readonly timeout?: string;
  readonly learn?: true;
  readonly rounds?: string;
}

function readOptions(options: Options, extra: readonly string[]): CommandLine {
  if (options.help === true) return { ok: false };
  const message = firstProblem(options, extra) ?? whatIsMissing(options);
  if (message !== undefined) return { ok: false, message };
  if (options.server === undefined || options.url === undefined) return { ok: false };
  const wrong = options.server.find((each) => parseIp(each) === undefined);
  if (wrong !== undefined) return { ok: false, message: `server should be an IP, not ${wrong}` };
  const servers = options.server.flatMap((each) => parseIp(each) ?? []);
  const server = servers.at(-1);
  if (server === undefined) return { ok: false };
  return {
    ok: true,
    request: {
      server,
      port: Number(options.port),
      url: options.url,
      useSsl: options.useSsl === true,
      useSni: options.useSni === true,
      verbose: options.verbose === true,
      httpProtocol: PROTOCOLS[options.protocol?.toLowerCase() ?? '1.0'] ?? '1.0',
      timeout: options.timeout === undefined ? DEFAULT_TIMEOUT : seconds(Number(options.timeout)),
      ...optional(options, servers),
    },
  };
}

/** What is not there unless it is asked for. */
function optional(
  { useVirtualhost: virtualhost, learn, rounds = DEFAULT_ROUNDS, fwmark = '0' }: Options,
  servers: readonly IpAddress[],
): Pick<Request, 'virtualhost' | 'learn' | 'mark'> {
  return {
    ...(virtualhost !== undefined && { virtualhost }),
    ...(learn === true && { learn: { servers, rounds: Number(rounds) } }),
    ...(Number(fwmark) > 0 && { mark: Number(fwmark) }),
  };
}

/** Options that are numbers, with what keepalived calls them. */
const NUMBERS = [
  { name: 'port', title: 'port number', limits: { min: 1, max: 65_535 }, unit: '' },
  { name: 'timeout', title: 'timeout', limits: { min: 1, max: 86_400 }, unit: ' seconds' },
  { name: 'rounds', title: 'number of rounds', limits: { min: 2, max: 1000 }, unit: '' },
  { name: 'fwmark', title: 'fwmark', limits: { min: 0, max: 0xffff_ffff }, unit: '' },
] as const;

function firstProblem(options: Options, extra: readonly string[]): string | undefined {
  for (const { name, title, limits, unit } of NUMBERS) {
    const value = options[name];
    if (value === undefined || isNumber(value, limits)) continue;
    return `invalid ${title} '${value}': --${name} takes ${limits.min} to ${limits.max}${unit}`;
  }
  const { protocol } = options;
  if (protocol !== undefined && !(protocol.toLowerCase() in PROTOCOLS))
    return `invalid HTTP protocol version '${protocol}': --protocol takes ${Object.keys(PROTOCOLS).join(', ')}`;
  return extra.length > 0 ? `Unexpected argument(s): ${extra.join(' ')}` : undefined;
}

function whatIsMissing(options: Options): string | undefined {
  const missing = (['server', 'port', 'url'] as const).filter(
    (each) => options[each] === undefined,
  );
  const names = missing.map((each) => `--${each} (-${each.charAt(0)})`);
  return names.length === 0 ? undefined : `Missing option(s): ${names.join(', ')}`;
}

function isNumber(text: string, limits: { readonly min: number; readonly max: number }): boolean {
  const value = Number(text);
  return /^\d{1,10}$/.test(text) && value >= limits.min && value <= limits.max;
}

/**
 * Long options may be abbreviated to a beginning that only one has, as getopt_long(3) takes them.
 * @returns the same words with the whole names
 */
function withWholeNames(argv: readonly string[], options: readonly Option[]): string[] {
  const names = options.flatMap(({ long }) => long ?? []);
  let isValue = false;
  return argv.map((word) => {
    if (isValue) {
      isValue = false;
      return word;
    }
    const [, given = word, rest = ''] = /^(--[^=]+)(.*)$/s.exec(word) ?? [];
    const found = names.filter((each) => each.startsWith(given));
    const whole = names.includes(given) || found.length !== 1 ? given : (found[0] ?? given);
    const option = options.find(({ long, short }) => whole === long || whole === short);
    isValue = option?.required === true && rest === '';
    return whole + rest;
  });
}

/** Commander quotes what it does not know: `error: unknown option '-x'`. */
function complaint(error: unknown): string {
  if (!(error instanceof CommanderError)) return String(error);
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  return error.code === 'commander.unknownOption'
    ? `Unknown option ${quoted}`
    : `Missing parameter for option ${quoted.split(',')[0] ?? ''}`;
}
