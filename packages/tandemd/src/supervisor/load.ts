import { availableParallelism } from 'node:os';
import { formatDiagnostic, isFatal, type Box, type Diagnostic } from '@tandem/config';
import {
  judgeFiles,
  numberNamed,
  readConfiguration,
  type ReadConfiguration,
} from '@tandem/config-files';
import { findAccount, programWeakness, scriptObstacle } from '@tandem/notify';
import { interfaceIndex } from '@tandem/raw-socket';
import type { CommandLine } from './command-line.ts';
import type { Loaded } from './supervisor.ts';

/** What this host has. */
const BOX: Box = {
  obstacleOf: scriptObstacle,
  weaknessOf: programWeakness,
  hasInterface: (name) => interfaceIndex(name) !== undefined,
  numberNamed: (table, name) => numberNamed(table, name),
  hasProcessor: (number) => number < availableParallelism(),
  // Names only, as in keepalived.
  hasAccount: (user, group) => !/^[0-9]/.test(user) && findAccount(user, group) !== undefined,
};

/** The options that say which configuration is meant. */
type Asked = Pick<CommandLine, 'configurationFile' | 'configurationId'>;

/**
 * @returns what is wrong with the configuration that the command line asks for
 */
export function judgeAsAsked(options: Asked): readonly Diagnostic[] {
  return judgeFiles(options.configurationFile, readingOf(options));
}

function readingOf({ configurationId }: Asked): ReadConfiguration {
  return { box: BOX, ...(configurationId === undefined ? {} : { configId: configurationId }) };
}

/** What a file that was cut off or half edited looks like. */
const BROKEN_STRUCTURE: ReadonlySet<string> = new Set([
  'EXTRA_CLOSE_BRACE',
  'MISSING_CLOSE_BRACE',
  'MISSING_OPEN_BRACE',
  'UNEXPECTED_BRACE',
  'UNTERMINATED_QUOTE',
]);

/**
 * Reads the configuration for running it: what keepalived would give up on leaves no
 * settings.
 * @param occasion - at a reload, where something good is running, a file whose structure is broken
 *   leaves none either; a start makes do with what it says, as keepalived does
 */
export function loadForRunning(options: Asked, occasion: 'start' | 'reload'): Loaded {
  const { settings, diagnostics } = readConfiguration(
    options.configurationFile,
    readingOf(options),
  );
  const broken =
    occasion === 'reload' && diagnostics.some((each) => BROKEN_STRUCTURE.has(each.code));
  const unusable = broken || diagnostics.some(isFatal);
  return {
    settings: unusable ? undefined : settings,
    diagnostics: diagnostics.map((each) => formatDiagnostic(each)),
  };
}
