/** What checkers are told to do, all defaults filled in. @see keepalived.conf(5), inventory §2.11 */
import type { IpAddress } from '@tandem/inet';
import type { Duration } from '@tandem/time';

/** A command to be run on an event; `argv` is already split as keepalived splits it. */
export interface CommandSettings {
  /** Program and arguments; at least one element. */
  readonly argv: readonly string[];
  /** Account to run as; absent means the daemon's default script user. */
  readonly user?: string;
  readonly group?: string;
}

/** What every checker has, inherited from real server and virtual server where absent there. */
export interface CheckTiming {
  /** Period between checks. */
  readonly delayLoop: Duration;
  /** Further attempts after a failed one. */
  readonly retry: number;
  /** Pause before such an attempt. */
  readonly delayBeforeRetry: Duration;
  /** The first check is delayed by a random part of this. */
  readonly warmup: Duration;
  /** Down until the first success. */
  readonly alpha: boolean;
  readonly logAllFailures: boolean;
}

/** What every checker has that asks over the network. */
export interface NetworkCheckSettings extends CheckTiming {
  readonly target: CheckTarget;
  /** Limit of connecting, and again of waiting for the answer. */
  readonly connectTimeout: Duration;
}

/** Where a check goes. */
export interface CheckTarget {
  readonly address: IpAddress;
  readonly port: number;
  readonly bindAddress?: IpAddress;
  readonly bindPort?: number;
  /** Interface that packets leave by; 1–15 characters. */
  readonly interfaceName?: string;
  /** Mark of packets, 1–4294967295. */
  readonly mark?: number;
}

/** What is looked for in a page, header included. */
export interface RegexSettings {
  /** Of a JavaScript regular expression. */
  readonly source: string;
  readonly flags: string;
  /** The page is UTF-8; else each byte is a character. */
  readonly utf: boolean;
  /** The page must not have it. */
  readonly noMatch: boolean;
  /** In bytes from the start of the header: where a match begins, both included. */
  readonly offsetMin: number;
  readonly offsetMax?: number;
}

/** One `url` block. */
export interface UrlSettings {
  readonly path: string;
  /** MD5 of the body, 32 lower-case hex digits. */
  readonly digest?: string;
  /** Inclusive ranges; empty means 200–299. */
  readonly statusCodes: readonly { readonly first: number; readonly last: number }[];
  readonly regex?: RegexSettings;
  /** Host header as written; absent: that of the checker, real server, virtual server, else address and port. */
  readonly virtualhost?: string;
  /** As of the checker. */
  readonly properEnd?: true;
}

/** What we show to a server of TLS that asks for it. */
export interface TlsSettings {
  /** Paths of PEM files. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Of the key. */
  readonly password?: string;
}

/** HTTP_GET, SSL_GET */
export interface HttpCheckSettings extends NetworkCheckSettings {
  readonly type: 'HTTP_GET' | 'SSL_GET';
  /** At least one. */
  readonly urls: readonly UrlSettings[];
  readonly virtualhost?: string;
  readonly httpProtocol: '1.0' | '1.0C' | '1.1';
  /** No pause between pages while it recovers. */
  readonly fastRecovery: boolean;
  /** SSL_GET: name the virtual host in the TLS handshake. */
  readonly enableSni: boolean;
  /** SSL_GET: name in the TLS handshake, whatever the virtual host. */
  readonly sniName?: string;
  /** SSL_GET: the end of the connection must be an end of TLS. */
  readonly properEnd?: true;
}

/** TCP_CHECK, PING_CHECK: nothing but an answer. */
export interface PlainCheckSettings extends NetworkCheckSettings {
  readonly type: 'TCP_CHECK' | 'PING_CHECK';
}

/** SMTP_CHECK */
export interface SmtpCheckSettings extends NetworkCheckSettings {
  readonly type: 'SMTP_CHECK';
  readonly heloName: string;
}

/** Types of records that DNS_CHECK can ask for. */
export type DnsRecordType = 'A' | 'NS' | 'CNAME' | 'SOA' | 'MX' | 'TXT' | 'AAAA';

/** DNS_CHECK */
export interface DnsCheckSettings extends NetworkCheckSettings {
  readonly type: 'DNS_CHECK';
  readonly recordType: DnsRecordType;
  /** `.` is the root; a dot at the end changes nothing. */
  readonly name: string;
}

/** What an answer to UDP_CHECK must be like. */
export interface UdpReplySettings {
  /** Expected bytes, in hex; as far as the shorter of them and the answer goes. */
  readonly bytes: string;
  /** Bits that count, in hex, as long as `bytes`. */
  readonly mask: string;
  /** In bytes; absent where the file names no limit. */
  readonly lengthMin?: number;
  readonly lengthMax?: number;
}

/** UDP_CHECK */
export interface UdpCheckSettings extends NetworkCheckSettings {
  readonly type: 'UDP_CHECK';
  /** In hex. */
  readonly payload: string;
  /** Absent: no answer is as good as any. */
  readonly reply?: UdpReplySettings;
}

/** MISC_CHECK */
export interface MiscCheckSettings extends CheckTiming {
  readonly type: 'MISC_CHECK';
  readonly command: CommandSettings;
  /** After which the script and all that it has started are ended. */
  readonly timeout: Duration;
  /** An exit status from 2 on is a weight and two. */
  readonly dynamic: boolean;
}

/** FILE_CHECK */
export interface FileCheckSettings extends CheckTiming {
  readonly type: 'FILE_CHECK';
  /** Name of the track_file. */
  readonly name: string;
  readonly path: string;
  /** Factor of its number; 0: down unless the number is 0. */
  readonly weight: number;
  readonly reverse: boolean;
}

/** BFD_CHECK */
interface BfdCheckSettings extends CheckTiming {
  readonly type: 'BFD_CHECK';
  /** Name of the bfd_instance. */
  readonly name: string;
}

/** Any checker. */
export type CheckSettings =
  | HttpCheckSettings
  | PlainCheckSettings
  | SmtpCheckSettings
  | DnsCheckSettings
  | UdpCheckSettings
  | MiscCheckSettings
  | FileCheckSettings
  | BfdCheckSettings;
