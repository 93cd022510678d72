import type { NetworkProbe, ProbeResult, TlsSettings } from '@tandem/health';
import { tryConnection } from './connection.ts';
import { dnsCheck } from './dns-check.ts';
import { httpGet } from './http-get.ts';
import { pingCheck } from './ping-check.ts';
import { smtpCheck } from './smtp-check.ts';
import { udpCheck } from './udp-check.ts';

/**
 * Makes one attempt.
 * @param probe - what to try
 * @param signal - ends the attempt with `aborted`
 * @param tls - SSL_GET: what to show to a server that asks
 * @returns what came of it; never throws, and ends within 12 times connectTimeout
 */
export async function runProbe(
  probe: NetworkProbe,
  signal: AbortSignal,
  tls?: TlsSettings,
): Promise<ProbeResult> {
  switch (probe.type) {
    case 'HTTP_GET':
    case 'SSL_GET':
      return httpGet(probe, { signal, tls });
    case 'TCP_CHECK': {
      const { target, connectTimeout } = probe;
      return tryConnection({ target, connectTimeout, signal });
    }
    case 'SMTP_CHECK':
      return smtpCheck(probe, signal);
    case 'DNS_CHECK':
      return dnsCheck(probe, signal);
    case 'UDP_CHECK':
      return udpCheck(probe, signal);
    case 'PING_CHECK':
      return pingCheck(probe, signal);
  }
}
