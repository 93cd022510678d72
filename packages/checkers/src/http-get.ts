import type { HttpProbe, ProbeResult, TlsSettings } from '@tandem/health';
import { exchange } from './connection.ts';
import type { Deadlines } from './deadlines.ts';
import { PageReader, type PageTap } from './page-reader.ts';

/** What goes with it. */
export interface HttpGetOptions {
  /** Ends the attempt with `aborted`. */
  readonly signal: AbortSignal;
  /** For its limits; absent: those of few attempts. */
  readonly deadlines?: Deadlines | undefined;
  /** SSL_GET: what to show to a server that asks. */
  readonly tls?: TlsSettings | undefined;
  /** Sees header and body go by. */
  readonly tap?: PageTap;
}

/**
 * @param probe - path, host and version
 * @returns the request, byte for byte as keepalived writes it
 * @see inventory §4.7
 */
export function formatRequest(probe: Pick<HttpProbe, 'path' | 'host' | 'httpProtocol'>): string {
  const version = probe.httpProtocol === '1.1' ? '1.1' : '1.0';
  const close = probe.httpProtocol === '1.0' ? '' : 'Connection: close\r\n';
  return (
    `GET ${probe.path} HTTP/${version}\r\nUser-Agent: KeepAliveClient\r\n` +
    `${close}Host: ${probe.host}\r\n\r\n`
  );
}

/**
 * Asks for a page and reads the answer to its end.
 * @param probe - what to ask whom
 * @param options - how to end it early, TLS, onlookers
 * @returns the page, whatever its status, or why none came; never throws
 */
export async function httpGet(probe: HttpProbe, options: HttpGetOptions): Promise<ProbeResult> {
  const { type, serverName, properEnd } = probe;
  const { tls } = options;
  const page = new PageReader(probe, options.tap);
  const result = await exchange(
    {
      target: probe.target,
      connectTimeout: probe.connectTimeout,
      signal: options.signal,
      deadlines: options.deadlines,
      ...(type === 'SSL_GET' && {
        secure: {
          ...(serverName !== undefined && { serverName }),
          ...(properEnd && { properEnd }),
          ...(tls && { own: tls }),
        },
      }),
    },
    { request: Buffer.from(formatRequest(probe)), read: (chunk) => page.read(chunk) },
  );
  if (!result.ok) return result;
  const finished = page.finish();
  return 'reason' in finished ? finished : { ok: true, page: finished };
}
