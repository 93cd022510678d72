import { readdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';

/** Where tandemd listens for its operator unless `--control` says otherwise. */
export const DEFAULT_CONTROL_PATH = '/run/tandem/control.sock';

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** A socket each. */
const FOLDERS_MAX = 100;
const ANSWER_TIMEOUT_MS = 5000;
const LATE = {
  GET: 'no answer within 5 s',
  POST: 'no answer within 5 s; what was asked for may be done later',
} as const;

/** The daemon did not answer, or not as it should; the message says what to do. */
export class ControlError extends Error {
  override readonly name: string = 'ControlError';
}

/**
 * Asks the daemon over its control socket.
 * @param path - of the socket
 * @param method - GET reads, POST acts
 * @param resource - such as `/v1/status`
 * @returns the answer, parsed as JSON
 * @throws ControlError when nobody answers within 5 s, or the answer is an error
 */
export async function ask(
  path: string,
  method: 'GET' | 'POST',
  resource: string,
): Promise<unknown> {
  const { status, body } = await exchange(path, method, resource);
  const answer = parseJson(body, path);
  if (status >= 200 && status < 300) return answer;
  throw new ControlError(`tandemd answered ${status}: ${body.slice(0, 500)}`);
}

function exchange(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, timeout: ANSWER_TIMEOUT_MS }, (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > ANSWER_BYTES_MAX) outgoing.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
      answer.on('error', (error) => reject(explain(error, socketPath)));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(LATE[method])));
    outgoing.on('error', (error) => reject(explain(error, socketPath)));
    outgoing.end();
  });
}

function explain(error: NodeJS.ErrnoException, path: string): ControlError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: `nothing listens at ${path}: is tandemd running?${otherSockets(path)}`,
    ECONNREFUSED: isSocket(path)
      ? `tandemd, which made ${path}, does not run any more${otherSockets(path)}`
      : `${path} is no socket`,
    ENOTSOCK: `${path} is no socket`,
    EACCES: `${path} is not for this user: try as root`,
  };
  const reason = reasons[error.code ?? ''] ?? `${path}: ${error.message}`;
  return new ControlError(reason, { cause: error });
}

/** Those of daemons with a namespace or an instance, and of the one without. */
function otherSockets(path: string): string {
  const usual = dirname(DEFAULT_CONTROL_PATH);
  const folder = path.startsWith(`${usual}/`) ? usual : dirname(path);
  const found = ['', ...foldersIn(folder)]
    .map((each) => join(folder, each, 'control.sock'))
    .filter((each) => each !== path && isSocket(each));
  if (found.length === 0) return ' (--control names another socket)';
  return found.map((each) => `\n  there is another: --control ${each}`).join('');
}

function foldersIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    const folders = entries.filter((each) => each.isDirectory()).slice(0, FOLDERS_MAX);
    return folders.map(({ name }) => name).toSorted();
  } catch {
    return [];
  }
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}

function parseJson(body: string, path: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new ControlError(`${path} does not speak tandem's language`, { cause });
  }
}
