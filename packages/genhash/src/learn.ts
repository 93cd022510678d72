/** --learn: is a page always the same, on all servers, so that its digest can be checked? */
import { describeChange, httpGet, SAMPLE_BYTES_MAX, type PageSample } from '@tandem/checkers';
import { formatHost, type Page } from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import type { Request } from './command-line.ts';
import { probeOf } from './probe.ts';
import type { Surroundings } from './run.ts';

/** Longer than a second, so that a clock on the page is seen to move. */
const PAUSE_MS = 1100;

interface Fetched {
  /** Server and round, for people. */
  readonly name: string;
  readonly page: Page;
  readonly sample: PageSample;
}

/**
 * Fetches a page from every server, again and again, and prints the line for keepalived.conf.
 * @param request - with `learn`
 * @returns exit status: 0 when all answers were one page, else 1
 */
export async function learn(request: Request, surroundings: Surroundings): Promise<number> {
  const { servers, rounds } = request.learn ?? { servers: [request.server], rounds: 1 };
  let first: Fetched | undefined;
  for (let round = 1; round <= rounds; round += 1) {
    if (round > 1) await surroundings.pause(PAUSE_MS);
    for (const server of servers) {
      const fetched = await fetchPage(request, server, round);
      const problem = typeof fetched === 'string' ? fetched : difference(first, fetched);
      if (problem !== undefined || typeof fetched === 'string') {
        surroundings.stderr(`${problem}\nno digest: a check of this page would fail\n`);
        return 1;
      }
      first ??= fetched;
    }
  }
  if (first === undefined) return 1;
  const { statusCode, bodyBytes, digest } = first.page;
  const count = `${rounds} answers of each of ${servers.length} servers`;
  surroundings.stderr(`${count} are the same: status ${statusCode}, ${bodyBytes} bytes\n`);
  surroundings.stdout(`digest ${digest}\n`);
  return 0;
}

/** @returns why it cannot be checked, where that is so */
async function fetchPage(
  request: Request,
  server: IpAddress,
  round: number,
): Promise<Fetched | string> {
  const name = `${formatHost({ address: server, port: request.port })}, answer ${round}`;
  let header = '';
  let body = '';
  const tap = {
    header: (bytes: Uint8Array) => void (header = Buffer.from(bytes).toString('latin1').trimEnd()),
    body: (bytes: Uint8Array) => {
      const missing = Math.max(0, SAMPLE_BYTES_MAX - body.length);
      body += Buffer.from(bytes.subarray(0, missing)).toString('latin1');
    },
  };
  const { signal } = new AbortController();
  const result = await httpGet(probeOf(request, server), { signal, tap });
  if (!result.ok) return `${name}: ${result.detail}`;
  if (result.page === undefined) return `${name}: no page`;
  const { statusCode = 0, bodyBytes } = result.page;
  if (statusCode < 200 || statusCode > 299) {
    return `${name}: status ${statusCode}, where a check with a digest wants 200 to 299`;
  }
  return { name, page: result.page, sample: { header, body, bodyBytes } };
}

/** Headers alone do no harm: they are not part of the digest. */
function difference(first: Fetched | undefined, now: Fetched): string | undefined {
  if (first === undefined || first.page.digest === now.page.digest) return undefined;
  return `${now.name} is not ${first.name}: ${describeChange(first.sample, now.sample)}`;
}
