import { httpGet, type HttpGetOptions } from '@tandem/checkers';
import { parseCommandLine, type Request } from './command-line.ts';
import { learn } from './learn.ts';
import { probeOf } from './probe.ts';
import { dumpingTap, formatReport } from './report.ts';
import { formatUsage } from './usage.ts';

/** Where a program's words go, and what it may know of its surroundings. */
export interface Surroundings {
  /** How the program was called. */
  readonly name: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** @param milliseconds - to wait */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/**
 * @param argv - arguments without interpreter and script
 * @param surroundings - the outside
 * @returns exit status: 0 when a digest was printed, else 1
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const line = parseCommandLine(argv);
  if (!line.ok) {
    const { name, stderr } = surroundings;
    // What is wrong would be above a screen of options.
    stderr(
      line.message === undefined ? formatUsage(name) : `${line.message}\n(try ${name} --help)\n`,
    );
    return 1;
  }
  const { request } = line;
  return request.learn ? learn(request, surroundings) : fetchDigest(request, surroundings);
}

async function fetchDigest(request: Request, surroundings: Surroundings): Promise<number> {
  const { server: address, port, url } = request;
  const start = surroundings.now();
  const result = await httpGet(probeOf(request), options(request, surroundings));
  if (!result.ok || result.page === undefined) {
    const detail = result.ok ? 'no page' : result.detail;
    surroundings.stderr(`Connection failed: [${address}]:${port}: ${detail}\n`);
    return 1;
  }
  const elapsedMicroseconds = (surroundings.now() - start) * 1000;
  const { digest } = result.page;
  surroundings.stdout(
    request.verbose ? formatReport(digest, url, elapsedMicroseconds) : `${digest}\n`,
  );
  return 0;
}

function options(request: Request, { stdout }: Surroundings): HttpGetOptions {
  return {
    signal: new AbortController().signal,
    ...(request.verbose ? { tap: dumpingTap(stdout) } : {}),
  };
}
