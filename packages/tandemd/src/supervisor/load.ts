import { cpus } from 'node:os';
import {
  configTestExitCode,
  formatDiagnostic,
  isFatal,
  ServerMemory,
  type Box,
  type Configuration,
  type Diagnostic,
  type GlobalSettings,
  type PlaceSettings,
  type Settings,
} from '@tandem/config';
import {
  judgeFiles,
  keyFile,
  linkMtu,
  numberNamed,
  readConfiguration,
  type ReadConfiguration,
} from '@tandem/config-files';
import { findAccount, programWeakness, scriptObstacle } from '@tandem/notify';
import { interfaceIndex } from '@tandem/raw-socket';
import type { CommandLine } from './command-line.ts';
import { writeDumpFile } from './dump-file.ts';
import { announceReading, endReading, reloadFileOf } from './reload-file.ts';
import type { Loaded } from './supervisor.ts';

/** What this host has in whatever network namespace. */
const HOST: Box = {
  obstacleOf: scriptObstacle,
  weaknessOf: programWeakness,
  numberNamed,
  hasProcessor: (number) => number < cpus().length,
  keyFile,
  // Names only, as in keepalived.
  hasAccount: (user, group) => !/^[0-9]/.test(user) && findAccount(user, group) !== undefined,
};

/** The same, and what the network namespace has. */
const BOX: Box = {
  ...HOST,
  hasInterface: (name) => interfaceIndex(name) !== undefined,
  mtuOf: linkMtu,
};

/** The options that say which configuration is meant, and come before what it says. */
type Asked = Pick<CommandLine, 'configurationFile' | 'configurationId' | 'umask'> &
  Partial<Pick<CommandLine, 'pidFile' | 'namespace' | 'instance'>>;

/** What a reload is judged by. */
interface InForce {
  /** How many instances and virtual servers. */
  readonly size: number;
  /** What was said of the files. */
  readonly said: ReadonlySet<string>;
  /** Any mistake is one too many, also one that was there. */
  readonly check: GlobalSettings['reloadCheck'];
  readonly place: PlaceSettings;
  /** Where it is said that files are being read. */
  readonly reloadFile: string | undefined;
}

/**
 * @param judging - whether interfaces are those that the configuration is for
 * @returns what is wrong with the configuration that the command line asks for
 */
export function judgeAsAsked(
  options: Asked,
  { withInterfaces }: { readonly withInterfaces: boolean },
): readonly Diagnostic[] {
  return judgeFiles(options.configurationFile, readingOf(options, withInterfaces ? BOX : HOST));
}

/** @returns where the daemon of that configuration runs, or why it cannot be read */
export function placeIn(options: Asked): PlaceSettings | string {
  const { configurationFile } = options;
  const { files, settings, diagnostics } = readConfiguration(configurationFile, readingOf(options));
  if (files.length > 0) return settings.global.place;
  const [first] = diagnostics;
  return first === undefined
    ? `${configurationFile}: no file there can be read`
    : formatDiagnostic(first);
}

function readingOf({ configurationId }: Asked, box: Box = BOX): ReadConfiguration {
  return { box, ...(configurationId === undefined ? {} : { configId: configurationId }) };
}

/** What a file that was cut off or half edited looks like. */
const BROKEN_STRUCTURE: ReadonlySet<string> = new Set([
  'EXTRA_CLOSE_BRACE',
  'MISSING_CLOSE_BRACE',
  'MISSING_OPEN_BRACE',
  'UNEXPECTED_BRACE',
  'UNTERMINATED_QUOTE',
]);

/** What this box lacks, and may have again tomorrow, is no slip of who wrote the file. */
const ABOUT_THE_BOX: ReadonlySet<string> = new Set([
  'UNKNOWN_ACCOUNT',
  'UNKNOWN_INTERFACE',
  'UNKNOWN_PROCESSOR',
]);

/**
 * Reads the configuration for running it: what keepalived would give up on leaves no settings. A
 * start makes do with what else it can read, as keepalived does; a reload, where something good is
 * running, does not.
 */
export class ConfigurationLoader {
  readonly #options: Asked;
  readonly #box: Box;
  readonly #memory = new ServerMemory();
  /** What was read last of all that could be run with. */
  #inForce: InForce | undefined;
  #place: PlaceSettings | undefined;

  /**
   * @param options - the command line
   * @param box - this host
   */
  constructor(options: Asked, box: Box = BOX) {
    this.#options = options;
    this.#box = box;
  }

  /** The network namespace that was asked for when it was read last, whether it can be run with or not. */
  get namespace(): string | undefined {
    return this.#place?.namespace;
  }

  /** @returns the configuration to start with the first time, and to go on with every other time */
  load(): Loaded {
    const before = this.#inForce?.reloadFile;
    const trouble = before === undefined ? [] : announceReading(before);
    const loaded = this.#load();
    for (const path of new Set([before, this.#inForce?.reloadFile]))
      if (path !== undefined) endReading(path);
    return { ...loaded, diagnostics: [...loaded.diagnostics, ...trouble] };
  }

  #load(): Loaded {
    const { configurationFile } = this.#options;
    const read = readConfiguration(configurationFile, {
      ...readingOf(this.#options, this.#box),
      memory: this.#memory,
    });
    this.#place = read.settings.global.place;
    const diagnostics = read.diagnostics.map((each) => formatDiagnostic(each));
    if (read.diagnostics.some(isFatal)) return this.#refused(diagnostics);
    if (read.files.length === 0)
      return this.#refused([...diagnostics, `${configurationFile}: no file there can be read`]);
    const refusal = this.#inForce && whyRefused(read, this.#inForce);
    if (refusal !== undefined)
      return this.#refused([...diagnostics, `${configurationFile}: ${refusal}`]);
    const said = new Set(read.diagnostics.map(whatIsSaid));
    const { reloadCheck: check, place } = read.settings.global;
    const reloadFile = reloadFileOf(read.settings, this.#options);
    this.#inForce = { size: sizeOf(read), said, check, place, reloadFile };
    return { settings: this.#asAsked(read.settings), diagnostics };
  }

  #asAsked(settings: Settings): Settings {
    const { umask } = this.#options;
    if (umask === undefined) return settings;
    return { ...settings, global: { ...settings.global, dumpMode: 0o666 & ~umask } };
  }

  /** Writes down why, where that is wanted. */
  #refused(diagnostics: readonly string[]): Loaded {
    const file = this.#inForce?.check?.file;
    if (file !== undefined) writeDumpFile(file, `${diagnostics.join('\n')}\n`);
    return { settings: undefined, diagnostics };
  }
}

/**
 * @param next - the files as they are now
 * @param inForce - as they were when they were read for what is running
 * @returns why a reload would do harm that nobody can have meant; undefined when it would not
 */
function whyRefused(
  next: Configuration,
  { size, said, check, place }: InForce,
): string | undefined {
  if (next.diagnostics.some(({ code }) => BROKEN_STRUCTURE.has(code)))
    return 'it is not read again: it looks cut off, or half edited';
  if (isElsewhere(place, next.settings.global.place))
    return (
      'it is not read again: net_namespace, net_namespace_ipvs, instance and use_pid_dir can only ' +
      'change with a restart'
    );
  if (size > 0 && sizeOf(next) === 0)
    return (
      'it is not read again: it has no vrrp_instance and no virtual_server any more, and ' +
      `${size} of them would end; stop the daemon if that is meant`
    );
  if (check !== undefined && configTestExitCode(next.diagnostics) !== 0)
    return 'it is not read again: reload_check_config is set, and there are mistakes in it';
  const added = next.diagnostics.filter((each) => isSlip(each) && !said.has(whatIsSaid(each)));
  if (added.length === 0) return undefined;
  const what = added.length === 1 ? 'is an error' : `are ${added.length} errors`;
  return `it is not read again: there ${what} in it that the running configuration has not`;
}

function isElsewhere(before: PlaceSettings, after: PlaceSettings): boolean {
  const names = ['namespace', 'ipvsNamespace', 'instance', 'usesPidFolder'] as const;
  return names.some((name) => before[name] !== after[name]);
}

/** Something was written that does not count, or a file of it. */
function isSlip({ code, severity }: Diagnostic): boolean {
  return (severity === 'error' && !ABOUT_THE_BOX.has(code)) || code === 'FILE_SKIPPED';
}

/** Wherever the line is by now. */
function whatIsSaid({ code, message }: Diagnostic): string {
  return `${code} ${message}`;
}

function sizeOf({ settings: { vrrpInstances, virtualServers } }: Configuration): number {
  return vrrpInstances.length + virtualServers.length;
}
