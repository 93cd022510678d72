import type { Duration } from '@tandem/time';
import { formatHost } from './naming.ts';
import type { CheckSettings, CheckTarget, HttpCheckSettings, UrlSettings } from './settings.ts';

/** HTTP version words of the configuration; 1.0C is 1.0 with `Connection: close`. */
export type HttpProtocol = HttpCheckSettings['httpProtocol'];

/** One attempt, as the prober needs it. */
export type Probe =
  | {
      readonly type: 'TCP_CHECK';
      readonly target: CheckTarget;
      /** Limit of connecting. */
      readonly connectTimeout: Duration;
    }
  | {
      readonly type: 'HTTP_GET';
      readonly target: CheckTarget;
      /** Limit of connecting, and of each wait for more of the answer. */
      readonly connectTimeout: Duration;
      readonly path: string;
      /** Complete value of the Host header. */
      readonly host: string;
      readonly httpProtocol: HttpProtocol;
    };

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
}

/** Why an attempt brought no answer. */
export type ProbeFailure =
  | 'refused'
  | 'unreachable'
  | 'connect-timeout'
  | 'read-timeout'
  | 'reset'
  | 'no-data'
  | 'header-too-long'
  | 'body-too-long'
  | 'too-slow'
  | 'bind-failed'
  | 'aborted'
  | 'other';

/** Outcome of one attempt; `page` only after HTTP_GET. */
export type ProbeResult =
  | { readonly ok: true; readonly page?: Page }
  | {
      readonly ok: false;
      readonly reason: ProbeFailure;
      /** For people: what happened and which limit was hit. */
      readonly detail: string;
    };

/**
 * @param check - a checker
 * @param url - the url whose turn it is; undefined for a checker without urls
 * @returns the attempt to make
 */
export function probeOf(check: CheckSettings, url: UrlSettings | undefined): Probe {
  const { target, connectTimeout } = check;
  if (check.type === 'TCP_CHECK' || url === undefined)
    return { type: 'TCP_CHECK', target, connectTimeout };
  return {
    type: 'HTTP_GET',
    target,
    connectTimeout,
    path: url.path,
    host: url.virtualhost ?? check.virtualhost ?? formatHost(target),
    httpProtocol: check.httpProtocol,
  };
}
