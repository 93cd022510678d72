import type { Call } from './call.ts';

/**
 * Complains where `KEYWORD USER [GROUP]` names an account that the box does not have.
 * @param call - the statement, with at least a user
 * @param from - which word after the keyword the user is
 */
export function complainUnknownAccount(call: Call, from: number = 1): void {
  const [user, group] = [call.argument(from), call.argument(from + 1)];
  if (user === undefined || call.session.box.hasAccount(user.text, group?.text)) return;
  const name = group === undefined ? user.text : `${user.text} with group ${group.text}`;
  call.complain('UNKNOWN_ACCOUNT', `there is no account ${name}`, { at: user });
}
