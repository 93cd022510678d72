import type { Account, Call } from './call.ts';
import type { Place } from './source.ts';

/**
 * Complains about an account that the box does not have.
 * @param call - the statement
 * @param account - that it names
 * @param where - it is named, and how bad that is
 */
export function complainUnknownAccount(
  call: Call,
  account: Account,
  where: { readonly at: Place | undefined; readonly severity?: 'error' | 'note' },
): void {
  const { user, group } = account;
  if (call.session.box.hasAccount(user, group)) return;
  const name = group === undefined ? user : `${user} with group ${group}`;
  call.complain('UNKNOWN_ACCOUNT', `there is no account ${name}`, where);
}

/** Remembers `KEYWORD USER [GROUP]` for the scripts of a block, and complains where the box does not have them. */
export function judgeAccount(call: Call): void {
  const [user, group] = call.arguments;
  if (user === undefined) return;
  const account = { user: user.text, group: group?.text };
  call.session.accounts.set(call.owner, account);
  complainUnknownAccount(call, account, { at: user });
}
