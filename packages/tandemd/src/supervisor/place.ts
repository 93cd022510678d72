/**
 * Where the daemon is: its network namespace, and the files that several daemons must not share.
 * Seen from outside of a namespace, pid files are where keepalived has them; our own processes see
 * them there, too, as they keep the mounts of the box.
 */
import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PlaceSettings } from '@tandem/config';
import { NAMED_NAMESPACES } from '../network-namespace.ts';
import { enterNetworkNamespace } from '@tandem/raw-socket';
import { DEFAULT_PATHS, type CommandLine } from './command-line.ts';

const PID_FOLDER = '/run/keepalived';
const STEMS = {
  pidFile: 'keepalived',
  vrrpPidFile: 'vrrp',
  ipvsPidFile: 'checkers',
  bfdPidFile: 'bfd',
} as const;

/**
 * Enters a network namespace: from now on, sockets and processes are made in there.
 * @param name - as `ip netns` has it
 * @returns why not, naming it; undefined when it is done
 */
export function whyNotEntered(name: string): string | undefined {
  try {
    enterNetworkNamespace(join(NAMED_NAMESPACES, name));
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `Unable to set network namespace ${name}: ${why}`;
  }
}

type Located = Pick<CommandLine, keyof typeof DEFAULT_PATHS | 'namespace' | 'instance'>;

/** That of a daemon which is the only one. */
export const NO_PLACE: PlaceSettings = { usesPidFolder: false, isInDumpNames: false };

/**
 * @param options - the command line; the paths that it names stay
 * @param place - as the configuration has it; absent: there is none
 * @returns the same with the paths of that place
 * @see keepalived(8) NAMESPACES; keepalived.conf(5) instance, use_pid_dir
 */
export function placed<Options extends Located>(
  options: Options,
  place: PlaceSettings = NO_PLACE,
): Options {
  const { usesPidFolder } = place;
  const instance = options.instance ?? place.instance;
  const namespace = options.namespace ?? place.namespace;
  if (namespace === undefined && instance === undefined && !usesPidFolder) return options;
  const suffix = instance === undefined ? '' : `_${instance}`;
  const folder = join(PID_FOLDER, namespace ?? '');
  const paths: { -readonly [Name in keyof typeof DEFAULT_PATHS]: string } = {
    ...DEFAULT_PATHS,
  };
  for (const name of ['pidFile', 'vrrpPidFile', 'ipvsPidFile', 'bfdPidFile'] as const)
    paths[name] = join(folder, `${STEMS[name]}${suffix}.pid`);
  const tag = tagOf(namespace, instance);
  if (tag !== '') paths.controlPath = join(dirname(DEFAULT_PATHS.controlPath), tag, 'control.sock');
  const chosen = (Object.keys(DEFAULT_PATHS) as (keyof typeof DEFAULT_PATHS)[]).map(
    (name) => [name, options[name] === DEFAULT_PATHS[name] ? paths[name] : options[name]] as const,
  );
  return { ...options, ...Object.fromEntries(chosen) };
}

/** Makes the folder of pid files, where it is not the system's own; a failure is told by its files. */
export function makePidFolder({ pidFile }: Pick<CommandLine, 'pidFile'>): void {
  if (!pidFile.startsWith(`${PID_FOLDER}/`)) return;
  try {
    mkdirSync(dirname(pidFile), { recursive: true, mode: 0o755 });
  } catch {
    // The pid file says why it is not there.
  }
}

/**
 * Removes the folders that a namespace or an instance has for itself, where nothing is in them any
 * more. Those above stay, as another daemon may be about to make its own in there.
 */
export function removeEmptyFolders(
  { pidFile, controlPath }: Pick<CommandLine, 'pidFile' | 'controlPath'>,
  remove: (folder: string) => void = rmdirSync,
): void {
  const folders = [
    [dirname(pidFile), PID_FOLDER],
    [dirname(controlPath), dirname(DEFAULT_PATHS.controlPath)],
  ] as const;
  for (const [folder, above] of folders) {
    if (!folder.startsWith(`${above}/`)) continue;
    try {
      remove(folder);
    } catch {
      // Somebody else's files are in it.
    }
  }
}

/**
 * @param path - of a dump
 * @param namespace - of the command line
 * @returns the same with namespace and instance before its ending, where data_use_instance is set
 */
export function dumpPath(
  path: string,
  place: PlaceSettings,
  namespace: string | undefined,
): string {
  const tag = placeTag(place, namespace);
  return place.isInDumpNames && tag !== '' ? path.replace(/(\.[^./]+)?$/, `.${tag}$1`) : path;
}

/**
 * @param namespace - of the command line
 * @returns namespace and instance, as names of files and lines of syslog have them
 */
export function placeTag(place: PlaceSettings, namespace: string | undefined): string {
  return tagOf(namespace ?? place.namespace, place.instance);
}

function tagOf(...parts: readonly (string | undefined)[]): string {
  return parts.filter((each) => each !== undefined).join('_');
}
