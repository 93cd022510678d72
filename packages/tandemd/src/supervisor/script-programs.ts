import type { Settings } from '@tandem/config';

/**
 * @returns the program of every command that the configuration may run
 */
export function scriptPrograms(settings: Settings): string[] {
  const commands = [
    ...[...settings.vrrpInstances, ...settings.syncGroups].flatMap((each) =>
      Object.values(each.notify),
    ),
    settings.global.startupScript,
    settings.global.shutdownScript,
    ...settings.global.notifyFifos.map(({ script }) => script),
    ...settings.trackScripts,
    ...settings.virtualServers.flatMap((server) => [
      server.quorumUp,
      server.quorumDown,
      ...server.realServers.flatMap((real) => [
        real.notifyUp,
        real.notifyDown,
        ...real.checks.map((check) => (check.type === 'MISC_CHECK' ? check.command : undefined)),
      ]),
    ]),
  ];
  return commands.flatMap((command) => command?.argv[0] ?? []);
}
