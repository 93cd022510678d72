import type { Probe, ProbeResult } from '@tandem/health';
import { tryConnection } from './connection.ts';
import { httpGet } from './http-get.ts';

/**
 * Makes one attempt.
 * @param probe - what to try
 * @param signal - ends the attempt with `aborted`
 * @returns what came of it; never throws, and ends within 12 times connectTimeout
 */
export async function runProbe(probe: Probe, signal: AbortSignal): Promise<ProbeResult> {
  return probe.type === 'HTTP_GET'
    ? httpGet(probe, { signal })
    : tryConnection({ target: probe.target, connectTimeout: probe.connectTimeout, signal });
}
