import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { inWords } from '@tandem/config-files';
import type { DrainOutcome, ReloadOutcome, StatusSnapshot } from '@tandem/status';
import type { DrainRequest } from './drain-order.ts';

/** What the control socket can ask of the daemon. */
export interface ControlTarget {
  status(): Promise<StatusSnapshot>;
  reload(): Promise<ReloadOutcome>;
  drain(request: DrainRequest): DrainOutcome;
}

/** The socket, to be closed at stop. */
export interface ControlServer {
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_TIMEOUT_MS = 5000;

/**
 * Listens for the operator: HTTP over a UNIX socket that only its owner may open.
 * GET /v1/status answers a StatusSnapshot, POST /v1/reload a ReloadOutcome, POST /v1/drain and
 * /v1/undrain with server, service and timeout in the query a DrainOutcome.
 * @param path - of the socket; its folder is made, a dead socket there is replaced
 * @throws Error when another daemon listens there, or the folder cannot be written
 */
export async function createControlServer(
  path: string,
  target: ControlTarget,
): Promise<ControlServer> {
  const { default: fastify } = await import('fastify');
  // Between listening and chmod only the folder keeps others out.
  makeFolder(dirname(path));
  if (await somebodyListens(path)) throw new Error('another daemon listens there');
  removeSocket(path);
  const server = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  server.get('/v1/status', () => target.status());
  server.post('/v1/reload', () => target.reload());
  for (const action of ['drain', 'undrain'] as const)
    server.post(`/v1/${action}`, (request, reply) => {
      const words = wordsOf(request.query);
      return reply.send(target.drain({ server: '', ...words, action }));
    });
  await server.listen({ path });
  chmodSync(path, 0o600);
  return { close: () => server.close().then(() => undefined) };
}

/** Of a word that is there twice, and of what is no word, nothing counts. */
function wordsOf(query: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(query as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    entries.filter((each): each is [string, string] => typeof each[1] === 'string'),
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`${folder} cannot be made, ${inWords(error)}`, { cause: error });
  }
}

/** Whatever else has that name is not ours to remove. */
function removeSocket(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket())
    throw new Error('what is there is no socket; name another path with --control');
  rmSync(path);
}

/** @returns whether it is a socket whose daemon has certainly been killed */
export async function isDeadSocket(path: string): Promise<boolean> {
  return isSocket(path) && (await connectionError(path)) === 'ECONNREFUSED';
}

/** What may not be looked at may be anything. */
function isSocket(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
  } catch {
    return false;
  }
}

async function somebodyListens(path: string): Promise<boolean> {
  return (await connectionError(path)) === undefined;
}

/** A socket file outlives a killed daemon; only a connection tells whether anybody is there. */
function connectionError(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.on('connect', () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'));
  });
}
