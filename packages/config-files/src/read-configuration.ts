import { hostname, userInfo } from 'node:os';
import {
  judgeConfiguration,
  parseConfiguration,
  type Box,
  type Configuration,
  type ConfigurationSource,
  type Diagnostic,
  type Inspector,
  type ServerMemory,
  type SourceReader,
} from '@tandem/config';
import { fileReader } from './file-reader.ts';
import { nameInHosts } from './full-host-name.ts';
import { readBriefly } from './brief-reading.ts';

/** What is known about the box beside its files. */
export interface ReadConfiguration {
  /** Where files come from; absent: the file system. */
  readonly reader?: SourceReader;
  /** What `@ID` lines compare with; absent: the host's name up to its first dot. */
  readonly configId?: string;
  /** What it has; absent: everything. */
  readonly box?: Box;
  /** Looks at text and settings side by side once they are understood. */
  readonly inspect?: Inspector;
  /** Of readings before this one; absent: nothing is remembered. */
  readonly memory?: ServerMemory;
}

/**
 * Reads and parses the configuration of this host. Never throws for what is in the files.
 * @param path - of the main file
 * @returns settings, complete whatever was wrong, and all diagnostics
 */
export function readConfiguration(path: string, options: ReadConfiguration = {}): Configuration {
  return reading(path, options, parseConfiguration);
}

/**
 * Reads the configuration of this host for what is wrong with it, which takes less time and memory.
 * @param path - of the main file
 * @returns the diagnostics that `readConfiguration` would find
 */
export function judgeFiles(
  path: string,
  options: Omit<ReadConfiguration, 'inspect' | 'memory'> = {},
): readonly Diagnostic[] {
  return reading(path, options, judgeConfiguration);
}

function reading<T>(
  path: string,
  options: ReadConfiguration,
  read: (source: ConfigurationSource) => T,
): T {
  const source = sourceOf(path, options);
  return readBriefly(source.reader, (reader) => read({ ...source, reader }));
}

function sourceOf(path: string, options: ReadConfiguration): ConfigurationSource {
  return {
    path,
    reader: fileReader,
    hostName: hostname(),
    fullHostName: once(() => nameInHosts(hostname())),
    userName: userName(),
    environment: (name) => process.env[name],
    randomSeed: Date.now(),
    ...options,
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

/** In a container the process may run as a number that nobody has given a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'root');
  }
}
