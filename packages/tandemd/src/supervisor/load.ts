import { formatDiagnostic, isFatal, type Configuration, type Settings } from '@tandem/config';
import { readConfiguration } from '@tandem/config-files';
import { findScript } from '@tandem/notify';
import { interfaceIndex } from '@tandem/raw-socket';
import type { CommandLine } from './command-line.ts';
import type { Loaded } from './supervisor.ts';

/**
 * Reads the configuration as the command line asks.
 * @returns settings and diagnostics, as the parser has them
 */
export function readAsAsked(
  options: Pick<CommandLine, 'configurationFile' | 'configurationId'>,
): Configuration {
  const { configurationFile, configurationId } = options;
  return readConfiguration(configurationFile, {
    canRun: (program) => findScript(program).ok,
    ...(configurationId === undefined ? {} : { configId: configurationId }),
  });
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
 * Reads the configuration for running it: what keepalived would give up on, an interface that is
 * not there included, leaves no settings.
 * @param occasion - at a reload, where something good is running, a file whose structure is broken
 *   leaves none either; a start makes do with what it says, as keepalived does
 */
export function loadForRunning(
  options: Pick<CommandLine, 'configurationFile' | 'configurationId'>,
  occasion: 'start' | 'reload',
): Loaded {
  const { settings, diagnostics } = readAsAsked(options);
  const missing = missingInterfaces(settings);
  const broken =
    occasion === 'reload' && diagnostics.some((each) => BROKEN_STRUCTURE.has(each.code));
  const unusable = broken || missing.length > 0 || diagnostics.some(isFatal);
  return {
    settings: unusable ? undefined : settings,
    diagnostics: [...diagnostics.map((each) => formatDiagnostic(each)), ...missing],
  };
}

/**
 * @returns one line for each interface of an instance that this host does not have
 */
export function missingInterfaces(settings: Settings): string[] {
  return settings.vrrpInstances
    .filter((instance) => interfaceIndex(instance.interface) === undefined)
    .map(
      ({ name, interface: device }) =>
        `interface ${device} for vrrp_instance ${name} doesn't exist: ` +
        'name one that `ip link` shows',
    );
}
