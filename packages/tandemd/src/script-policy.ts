import type { Settings } from '@tandem/config';
import type { ScriptPolicy } from '@tandem/notify';

/**
 * @param settings - the configuration in force
 * @returns how it wants scripts to be run, whichever process runs them
 */
export function scriptPolicy({ global }: Pick<Settings, 'global'>): ScriptPolicy {
  const { enableScriptSecurity: security, supplementaryGroups = false, scriptUser } = global;
  return { security, supplementaryGroups, ...(scriptUser && { scriptUser }) };
}
