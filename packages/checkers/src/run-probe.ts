import type { NetworkProbe, ProbeResult, TlsSettings } from '@tandem/health';
import type { Deadlines } from './deadlines.ts';
import { dnsCheck } from './dns-check.ts';
import { httpGet } from './http-get.ts';
import { pingCheck } from './ping-check.ts';
import { smtpCheck } from './smtp-check.ts';
import { tcpCheck } from './tcp-check.ts';
import { udpCheck } from './udp-check.ts';

/** What all attempts of a process have in common. */
export interface ProbeSurroundings {
  /** Of all that waits; absent: of those few that have no others. */
  readonly deadlines?: Deadlines | undefined;
  /** SSL_GET: what to show to a server that asks. */
  readonly tls?: TlsSettings | undefined;
}

/**
 * Makes one attempt.
 * @param probe - what to try
 * @param signal - ends the attempt with `aborted`
 * @param surroundings - what all attempts of a process have in common
 * @returns what came of it; never throws, and ends within 12 times connectTimeout
 */
export function runProbe(
  probe: NetworkProbe,
  signal: AbortSignal,
  surroundings: ProbeSurroundings = {},
): Promise<ProbeResult> {
  switch (probe.type) {
    case 'HTTP_GET':
    case 'SSL_GET':
      return httpGet(probe, { signal, ...surroundings });
    case 'TCP_CHECK':
      return tcpCheck(probe, signal, surroundings.deadlines);
    case 'SMTP_CHECK':
      return smtpCheck(probe, signal, surroundings.deadlines);
    case 'DNS_CHECK':
      return dnsCheck(probe, signal);
    case 'UDP_CHECK':
      return udpCheck(probe, signal);
    case 'PING_CHECK':
      return pingCheck(probe, signal);
  }
}
