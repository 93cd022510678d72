/** Records of other daemons: for an operator who asks for one where there is none, and to spare theirs. */
import { readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runningPid } from './pid-file.ts';
import { recordPath } from './record-file.ts';

/** Where pid files are, and so their records, but for those that a command line names. */
const RUN = '/run';
const RECORD = /^keepalived(?:_(.+))?\.pid\.kernel$/;
/** Of network namespaces, each of which has a folder. */
const FOLDERS_MAX = 10_000;
/** Named by `use_pid_dir` alone, which no option of the command line stands for. */
const PID_OPTIONS = [
  ['--pid', 'keepalived.pid'],
  ['--vrrp-pid', 'vrrp.pid'],
  ['--checkers-pid', 'checkers.pid'],
] as const;

/**
 * @param pidFile - of the supervisor whose record is not there
 * @param run - the folder of files of this boot
 * @returns a line for each of the other records: whose it is, and what cleans up after it; none for
 *   a pid file elsewhere, as who names such a one means it
 */
export function otherRecords(
  { pidFile }: { readonly pidFile: string },
  run: string = RUN,
): string[] {
  if (!pidFile.startsWith(`${run}/`)) return [];
  return pathsBut(recordPath({ pidFile }), run).map((path) => lineOf(path, run));
}

/**
 * @param pidFile - of the supervisor that is not meant
 * @param run - the folder of files of this boot
 * @returns records of other daemons that run, in this network namespace
 */
export function neighbourRecords(
  { pidFile }: { readonly pidFile: string },
  run: string = RUN,
): string[] {
  const own = networkOf('self');
  return pathsBut(recordPath({ pidFile }), run).filter((path) => {
    const pid = runningPid(pidFileOf(path));
    return pid !== undefined && networkOf(pid) === own;
  });
}

function pathsBut(own: string, run: string): string[] {
  const shared = join(run, 'keepalived');
  const folders = namesIn(shared, (each) => each.isDirectory()).slice(0, FOLDERS_MAX);
  return [run, shared, ...folders.map((each) => join(shared, each))].flatMap((folder) =>
    namesIn(folder, ({ name }) => RECORD.test(name))
      .map((name) => join(folder, name))
      .filter((path) => path !== own),
  );
}

/** @returns undefined for a process that has ended meanwhile */
function networkOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

function pidFileOf(path: string): string {
  return path.replace(/\.kernel$/, '');
}

function lineOf(path: string, run: string): string {
  const pid = runningPid(pidFileOf(path));
  if (pid !== undefined) return `there is ${path}, of a daemon that runs, pid ${pid}`;
  return `there is ${path}: ${['tandemctl cleanup', ...optionsFor(path, run)].join(' ')}`;
}

function optionsFor(path: string, run: string): string[] {
  const folder = dirname(path);
  const instance = RECORD.exec(basename(path))?.[1];
  if (folder === run)
    return instance === undefined ? [] : ['--pid', join(run, `keepalived_${instance}.pid`)];
  const namespace = folder === join(run, 'keepalived') ? undefined : basename(folder);
  if (instance === undefined && namespace === undefined)
    return PID_OPTIONS.flatMap(([option, name]) => [option, join(folder, name)]);
  return [
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ...(instance === undefined ? [] : ['--instance', instance]),
  ];
}

function namesIn(
  folder: string,
  isWanted: (entry: { readonly name: string; isDirectory(): boolean }) => boolean,
): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(isWanted)
      .map(({ name }) => name)
      .toSorted();
  } catch {
    return [];
  }
}
