/** Runs a command line as ipvsadm(8) and as tandemctl ipvs. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { IpvsClient } from '@tandem/ipvs-netlink';
import { runIpvs, systemNames, type IpvsSurroundings } from '@tandem/tandemctl';

/** What a program left behind. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Starter {
  readonly shell: ChildProcessByStdio<Writable, Readable, null>;
  readonly statuses: AsyncIterator<string>;
  readonly folder: string;
}

let starter: Starter | undefined;

/** Starts programs: a process as large as this one takes long to be copied for each. */
function startShell(): Starter {
  const shell = spawn('sh', { stdio: ['pipe', 'pipe', 'inherit'] });
  const statuses = createInterface(shell.stdout)[Symbol.asyncIterator]();
  return { shell, statuses, folder: mkdtempSync(join(tmpdir(), 'tandem-ipvsadm-')) };
}

/** Debian's program. */
export async function ipvsadm(words: readonly string[], input = ''): Promise<Ran> {
  starter ??= startShell();
  const { shell, statuses, folder } = starter;
  const [inputFile = '', outputFile = '', errorFile = ''] = ['in', 'out', 'err'].map((name) =>
    join(folder, name),
  );
  writeFileSync(inputFile, input);
  const quoted = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  shell.stdin.write(`ipvsadm ${quoted} <${inputFile} >${outputFile} 2>${errorFile}; echo $?\n`);
  const { value } = (await statuses.next()) as { value: string };
  const [stdout = '', stderr = ''] = [outputFile, errorFile].map((file) =>
    readFileSync(file, 'utf8'),
  );
  // One of its messages ends with an empty line.
  return { status: Number(value), stdout, stderr: stderr.replace(/\n+$/, '\n') };
}

/** Ends what `ipvsadm` has started. */
export function endShell(): void {
  starter?.shell.stdin.end();
  if (starter !== undefined) rmSync(starter.folder, { recursive: true });
  starter = undefined;
}

/** Ours, in this process, and under the other's name so that the words of its help agree. */
export async function ours(
  words: readonly string[],
  input = '',
  ownedServices: IpvsSurroundings['ownedServices'] = () => Promise.resolve([]),
): Promise<Ran> {
  const output = { stdout: '', stderr: '' };
  const status = await runIpvs(words, {
    program: 'ipvsadm',
    version: '',
    stdout: (text) => void (output.stdout += text),
    stderr: (text) => void (output.stderr += text),
    names: systemNames(),
    openTable: () => IpvsClient.open(),
    readInput: () => Promise.resolve(input),
    readConnections: () => readFile('/proc/net/ip_vs_conn', 'latin1'),
    ownedServices,
  });
  return { status, ...output };
}
