import { DEFAULT_SCRIPT_USER, type Box } from './box.ts';
import type { Account, ScriptUse, Session } from './call.ts';
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
  const accountOf = ({ account, call }: ScriptUse): Account | undefined =>
    account ?? session.accounts.get(call.owner) ?? scriptUser;
  const run = scripts.filter((each) => isRun(each, draft));
  const tracked = run.filter(isTracked);
  for (const each of tracked) complainObstacle(each, session);
  if (draft.globals.supplementaryGroups === true)
    complainNoSetpriv(
      run.find((each) => isOfOther(accountOf(each), box)),
      box,
    );
  if (!enableScriptSecurity) {
    complainNoSecurity(run.find((each) => canRun(each, accountOf(each), box)));
    return;
  }
  for (const each of tracked) {
    if ((accountOf(each)?.user ?? 'root') === 'root') complainWeakness(each, session);
  }
  if (!box.hasAccount(DEFAULT_SCRIPT_USER)) {
    complainNoUser(scripts.find((each) => accountOf(each) === undefined));
  }
}

/** keepalived looks at these when it reads the file, at others when they are run. */
export function isTracked({ call }: ScriptUse): boolean {
  return call.owner.startsWith('vrrp_script ');
}

function canRun({ program }: ScriptUse, account: Account | undefined, box: Required<Box>): boolean {
  const hasAccount = account === undefined || box.hasAccount(account.user, account.group);
  return hasAccount && box.obstacleOf(program) === undefined;
}

function complainObstacle({ program, call, place: at }: ScriptUse, { box }: Session): void {
  const obstacle = box.obstacleOf(program);
  if (obstacle === undefined) return;
  const message = `${program} cannot be run: ${obstacle}`;
  call.complain('SCRIPT_NOT_RUNNABLE', message, { at, severity: 'warning' });
}

function complainWeakness({ program, call, place: at }: ScriptUse, { box }: Session): void {
  const weakness = box.weaknessOf(program);
  if (weakness === undefined) return;
  const message = `${program} is refused: ${weakness}`;
  call.complain('SCRIPT_INSECURE', message, { at, severity: 'warning', hint: SAFE });
}

/** What script security asks for. */
export const SAFE = 'scripts of root, and all folders above them, must be writable by root only';

/** @returns whether that is an account other than that of the daemon, which is root */
function isOfOther(account: Account | undefined, box: Required<Box>): boolean {
  return account === undefined ? box.hasAccount(DEFAULT_SCRIPT_USER) : account.user !== 'root';
}

function complainNoSetpriv(script: ScriptUse | undefined, box: Required<Box>): void {
  if (script === undefined || box.obstacleOf('setpriv') === undefined) return;
  const message = 'with set_supplementary_groups it cannot be run without setpriv(1)';
  const hint = 'install util-linux, or remove set_supplementary_groups';
  script.call.complain('NO_SETPRIV', message, { at: script.place, severity: 'warning', hint });
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
