import { complainUnknownAccount } from './account.ts';
import type { Account, Call } from './call.ts';
import { complainMissing } from './composer.ts';
import { splitScript, type ScriptSplit } from './script-words.ts';

/** A command with the account it runs as; the same shape serves VRRP and checkers. */
export interface Script {
  /** Program and arguments; at least one element. */
  readonly argv: readonly string[];
  readonly user?: string;
  readonly group?: string;
}

/** Where keepalived looks at the account when it reads the file; with others it does when it runs them. */
const MUST_RUN: ReadonlySet<string> = new Set(['startup_script', 'shutdown_script']);

/** Where an empty command leaves nothing to be done; elsewhere templates write them. */
const NEEDED: ReadonlySet<string> = new Set([
  'script',
  'misc_path',
  'startup_script',
  'shutdown_script',
]);

/**
 * Reads `COMMAND [USER [GROUP]]` from a statement, the way script keywords are read.
 * @param call - the statement
 * @returns the command, or undefined after a complaint
 */
export function readScript(call: Call): Script | undefined {
  const { statement, words } = call;
  const keyword = words[0];
  if (words.length < 2 || keyword === undefined) {
    complainMissing(call);
    return undefined;
  }
  const text = statement.line.text.slice(keyword.end, statement.end);
  const fields = splitScript(text, 3);
  const command = fields.ok ? splitScript(fields.words[0] ?? '') : fields;
  if (!fields.ok || !command.ok) {
    complainQuote(call, fields.ok ? command : fields);
    return undefined;
  }
  const [program] = command.words;
  if (program === undefined) {
    call.complain('EMPTY_SCRIPT', `${call.keyword} names no program`, {
      at: words[1],
      severity: NEEDED.has(call.keyword) ? 'error' : 'note',
    });
    return undefined;
  }
  const [, user, group] = fields.words;
  const account = accountOf(user, group);
  if (account !== undefined) {
    const severity = MUST_RUN.has(call.keyword) ? 'error' : 'note';
    complainUnknownAccount(call, account, { at: words[1], severity });
  }
  call.session.scripts.push({ program, call, account, place: words[1] ?? statement });
  return {
    argv: command.words,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
}

function accountOf(user: string | undefined, group: string | undefined): Account | undefined {
  return user === undefined ? undefined : { user, group };
}

function complainQuote(call: Call, split: ScriptSplit): void {
  if (split.ok) return;
  const { line, end } = call.statement;
  const start = (call.words[1] ?? call.statement).start;
  const hint = `add the closing ${split.quote}, or write \\\\${split.quote} for the character itself`;
  call.complain('UNTERMINATED_QUOTE', `the command has a ${split.quote} that is never closed`, {
    at: { line, start, end },
    hint,
  });
}
