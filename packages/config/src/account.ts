import type { Call } from './call.ts';
import type { Place } from './source.ts';

/** An account as it is written. */
interface Named {
  readonly user: string;
  readonly group?: string | undefined;
}

/**
 * Complains about an account that the box does not have.
 * @param call - the statement
 * @param account - that it names
 * @param at - where
 */
export function complainUnknownAccount(call: Call, account: Named, at: Place | undefined): void {
  const { user, group } = account;
  if (call.session.box.hasAccount(user, group)) return;
  const name = group === undefined ? user : `${user} with group ${group}`;
  call.complain('UNKNOWN_ACCOUNT', `there is no account ${name}`, { at });
}

/** Complains about `KEYWORD USER [GROUP]` where the box does not have them. */
export function judgeAccount(call: Call): void {
  const [user, group] = call.arguments;
  if (user === undefined) return;
  complainUnknownAccount(call, { user: user.text, group: group?.text }, user);
}
