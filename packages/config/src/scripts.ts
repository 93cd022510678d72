import { DEFAULT_SCRIPT_USER } from './box.ts';
import type { ScriptUse, Session } from './call.ts';
import type { RootDraft } from './keywords/root.ts';

/**
 * Complains about the accounts of scripts, once the whole configuration is known.
 * @param draft - what it says
 * @param session - knows every command in it
 * @see inventory §1.11
 */
export function checkScripts(draft: RootDraft, session: Session): void {
  const { enableScriptSecurity, scriptUser } = draft.globals;
  const { box, scripts } = session;
  if (!enableScriptSecurity) {
    complainNoSecurity(scripts.find((each) => isRun(each, draft) && box.canRun(each.program)));
  } else if (scriptUser === undefined && !box.hasAccount(DEFAULT_SCRIPT_USER)) {
    complainNoUser(scripts.find((each) => each.user === undefined));
  }
}

/** Without instances nobody runs the scripts of VRRP, without virtual servers those of checks. */
function isRun({ call }: ScriptUse, { instances, virtualServerKeys }: RootDraft): boolean {
  const [hasInstances, hasServers] = [instances.size > 0, virtualServerKeys.size > 0];
  if (call.keyword === 'notify_fifo_script') return hasInstances || hasServers;
  if (call.keyword === 'lvs_notify_fifo_script') return hasServers;
  const isVrrp = call.keyword === 'vrrp_notify_fifo_script' || call.owner.startsWith('vrrp_');
  return !isVrrp || hasInstances;
}

/** keepalived runs them all the same, and tests such a file as 6. */
function complainNoSecurity(script: ScriptUse | undefined): void {
  script?.call
    .named('')
    .complain(
      'SCRIPT_SECURITY_DISABLED',
      'scripts are run, but enable_script_security is not set',
      {
        at: script.place,
        severity: 'warning',
        hint: "add 'enable_script_security' to global_defs",
      },
    );
}

function complainNoUser(script: ScriptUse | undefined): void {
  script?.call.complain(
    'NO_SCRIPT_USER',
    `there is no account ${DEFAULT_SCRIPT_USER}, which scripts without a user run as`,
    {
      at: script.place,
      severity: 'warning',
      hint: "add that account, or 'script_user USER' to global_defs",
    },
  );
}
