import type { Settings } from '@tandem/config';

/**
 * @returns the program of every command that the configuration may run
 */
export function scriptPrograms(settings: Settings): string[] {
  const programs: string[] = [];
  const add = (command: { readonly argv: readonly string[] } | undefined): void => {
    const program = command?.argv[0];
    if (program !== undefined) programs.push(program);
  };
  const { startupScript, shutdownScript, notifyFifos } = settings.global;
  for (const { notify } of [...settings.vrrpInstances, ...settings.syncGroups])
    for (const each of Object.values(notify)) add(each);
  for (const each of [startupScript, shutdownScript, ...settings.trackScripts]) add(each);
  for (const { script } of notifyFifos) add(script);
  for (const { quorumUp, quorumDown, realServers } of settings.virtualServers) {
    add(quorumUp);
    add(quorumDown);
    for (const { notifyUp, notifyDown, checks } of realServers) {
      add(notifyUp);
      add(notifyDown);
      for (const check of checks) if (check.type === 'MISC_CHECK') add(check.command);
    }
  }
  return programs;
}
