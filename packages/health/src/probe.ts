import type { Duration } from '@tandem/time';
import type {
  CheckSettings,
  CheckTarget,
  CommandSettings,
  DnsCheckSettings,
  FileCheckSettings,
  HttpCheckSettings,
  RegexSettings,
  SmtpCheckSettings,
  UdpCheckSettings,
  UrlSettings,
} from './check-settings.ts';
import { formatHost } from './naming.ts';

/** HTTP version words of the configuration; 1.0C is 1.0 with `Connection: close`. */
export type HttpProtocol = HttpCheckSettings['httpProtocol'];

/** What all attempts over the network have. */
interface NetworkProbeBase {
  readonly target: CheckTarget;
  /** Limit of connecting, and of each wait for more of the answer. */
  readonly connectTimeout: Duration;
}

/** One page to ask for, over TCP or TLS. */
export interface HttpProbe extends NetworkProbeBase {
  readonly type: 'HTTP_GET' | 'SSL_GET';
  readonly path: string;
  /** Complete value of the Host header. */
  readonly host: string;
  readonly httpProtocol: HttpProtocol;
  readonly regex?: RegexSettings;
  /** The one that the body should have. */
  readonly digest?: string;
  /** SSL_GET: name sent in the handshake; absent: none. */
  readonly serverName?: string;
  /** SSL_GET: the end of the connection must be an end of TLS. */
  readonly properEnd?: true;
}

/** One attempt over the network, as the prober needs it. */
export type NetworkProbe =
  | HttpProbe
  | (NetworkProbeBase & { readonly type: 'TCP_CHECK' | 'PING_CHECK' })
  | (NetworkProbeBase & Pick<SmtpCheckSettings, 'type' | 'heloName'>)
  | (NetworkProbeBase & Pick<DnsCheckSettings, 'type' | 'recordType' | 'name'>)
  | (NetworkProbeBase & Pick<UdpCheckSettings, 'type' | 'payload' | 'reply'>);

/** A wait until a BFD session is up, or is not, other than before. */
export interface BfdProbe {
  readonly type: 'BFD_CHECK';
  readonly name: string;
  /** What is known; absent: either is news. */
  readonly known?: boolean;
}

/** One run of a script. */
export interface ScriptProbe {
  readonly type: 'MISC_CHECK';
  readonly command: CommandSettings;
  readonly timeout: Duration;
}

/** A wait until the number in a file is another one. */
export interface FileProbe {
  readonly type: 'FILE_CHECK';
  readonly name: string;
  readonly path: string;
  /** The number that is known; absent: any is news. */
  readonly known?: number;
  /** Why the file is known to have none; absent: it has, or is not there. */
  readonly problem?: string;
}

/** One attempt. */
export type Probe = NetworkProbe | ScriptProbe | FileProbe | BfdProbe;

/** What came back from a web server. */
export interface Page {
  /** Undefined when the first line is no HTTP status line. */
  readonly statusCode: number | undefined;
  /** MD5 of the body as it came over the wire, 32 lower-case hex digits. */
  readonly digest: string;
  /** Bytes after the header. */
  readonly bodyBytes: number;
  /** Value of `Content-Length:`, spelled exactly so. */
  readonly contentLength: number | undefined;
  /** What is different about it, for people, where the digest is and the right page is known. */
  readonly change?: string;
  /** Whether the regular expression is found; `too-slow` when that took too long to tell. */
  readonly found?: boolean | 'too-slow';
}

/** Why an attempt brought no answer, or not the right one. */
export type ProbeFailure =
  | 'refused'
  | 'unreachable'
  | 'connect-timeout'
  | 'read-timeout'
  | 'handshake'
  | 'reset'
  | 'no-data'
  | 'header-too-long'
  | 'body-too-long'
  | 'too-slow'
  | 'aborted'
  /** SMTP: another code than the one that must come, or no code. */
  | 'bad-greeting'
  | 'bad-helo'
  /** DNS: the server says that it cannot answer; `code` is the RCODE. */
  | 'bad-rcode'
  /** UDP: the answer has other bytes, or another length. */
  | 'mismatch'
  | 'bad-length'
  /** Script: `code` is its status, or the number of the signal. */
  | 'exited'
  | 'signalled'
  | 'timed-out'
  /** There was no attempt, such as for want of a script, or of a descriptor for a socket. */
  | 'not-run'
  | 'other';

/** Outcome of one attempt. */
export type ProbeResult =
  | {
      readonly ok: true;
      /** After HTTP_GET and SSL_GET. */
      readonly page?: Page;
      /** After MISC_CHECK, 0–255. */
      readonly exitStatus?: number;
      /** After FILE_CHECK. */
      readonly number?: number;
      /** Why the file has none, and the number is 0. */
      readonly problem?: string;
    }
  | {
      readonly ok: false;
      readonly reason: ProbeFailure;
      /** For people: what happened and which limit was hit. */
      readonly detail: string;
      /** As the reason says. */
      readonly code?: number;
    };

/**
 * @param check - a checker
 * @param turn - the url whose turn it is, the number known of a file, or what a session was
 * @returns the attempt to make
 */
export function probeOf(
  check: CheckSettings,
  turn: {
    readonly url?: UrlSettings | undefined;
    readonly known?: number | undefined;
    readonly problem?: string | undefined;
    readonly up?: boolean | undefined;
  },
): Probe {
  if (check.type === 'MISC_CHECK') {
    const { type, command, timeout } = check;
    return { type, command, timeout };
  }
  if (check.type === 'FILE_CHECK') return fileProbeOf(check, turn);
  if (check.type === 'BFD_CHECK') {
    const { type, name } = check;
    return { type, name, ...(turn.up !== undefined && { known: turn.up }) };
  }
  const { target, connectTimeout } = check;
  const base = { target, connectTimeout };
  switch (check.type) {
    case 'TCP_CHECK':
    case 'PING_CHECK':
      return { type: check.type, ...base };
    case 'SMTP_CHECK':
      return { type: check.type, ...base, heloName: check.heloName };
    case 'DNS_CHECK':
      return { type: check.type, ...base, recordType: check.recordType, name: check.name };
    case 'UDP_CHECK': {
      const { type, payload, reply } = check;
      return { type, ...base, payload, ...(reply && { reply }) };
    }
    case 'HTTP_GET':
    case 'SSL_GET':
      return turn.url === undefined ? { type: 'TCP_CHECK', ...base } : httpProbeOf(check, turn.url);
  }
}

function fileProbeOf(
  { type, name, path }: FileCheckSettings,
  {
    known,
    problem,
  }: { readonly known?: number | undefined; readonly problem?: string | undefined },
): FileProbe {
  return {
    type,
    name,
    path,
    ...(known !== undefined && { known }),
    ...(problem !== undefined && { problem }),
  };
}

function httpProbeOf(check: HttpCheckSettings, url: UrlSettings): HttpProbe {
  const { type, target, connectTimeout, httpProtocol, enableSni, sniName } = check;
  const virtualhost = url.virtualhost ?? check.virtualhost;
  const isSecure = type === 'SSL_GET';
  const serverName = isSecure ? (sniName ?? (enableSni ? virtualhost : undefined)) : undefined;
  return {
    type,
    target,
    connectTimeout,
    path: url.path,
    host: virtualhost ?? formatHost(target),
    httpProtocol,
    ...(url.regex && { regex: url.regex }),
    ...(url.digest !== undefined && { digest: url.digest.toLowerCase() }),
    ...(serverName !== undefined && { serverName }),
    ...(isSecure && (url.properEnd ?? check.properEnd) && { properEnd: true }),
  };
}
