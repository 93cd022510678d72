import type { Settings } from '@tandem/config';
import type { VirtualServerSettings } from '@tandem/health';

type Command = { readonly argv: readonly string[] } | undefined;

/** A reload leaves most of thousands the very objects that they were. */
const OF_SERVERS = new WeakMap<VirtualServerSettings, readonly string[]>();

/**
 * @returns the program of every command that the configuration may run
 */
export function scriptPrograms(settings: Settings): string[] {
  const { startupScript, shutdownScript, notifyFifos } = settings.global;
  const programs = programsOf([
    ...[...settings.vrrpInstances, ...settings.syncGroups].flatMap(({ notify }) =>
      Object.values(notify),
    ),
    startupScript,
    shutdownScript,
    ...settings.trackScripts,
    ...notifyFifos.map(({ script }) => script),
  ]);
  for (const each of settings.virtualServers) programs.push(...programsOfServer(each));
  return programs;
}

function programsOfServer(server: VirtualServerSettings): readonly string[] {
  const known = OF_SERVERS.get(server);
  if (known !== undefined) return known;
  const { quorumUp, quorumDown, realServers } = server;
  const commands: Command[] = [quorumUp, quorumDown];
  for (const { notifyUp, notifyDown, checks } of realServers) {
    commands.push(notifyUp, notifyDown);
    for (const check of checks) if (check.type === 'MISC_CHECK') commands.push(check.command);
  }
  const programs = programsOf(commands);
  OF_SERVERS.set(server, programs);
  return programs;
}

function programsOf(commands: readonly Command[]): string[] {
  return commands.flatMap((each) => each?.argv[0] ?? []);
}
