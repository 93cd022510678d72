import { isGlued } from '../lexer.ts';
import { bracePlace, type Block, type Comment, type Statement } from '../tree.ts';
import { statementsOf, valueOf } from '../tree-reading.ts';
import type { Finding, Subject, Trap } from './trap.ts';

/** Traps of where and how something is written. */
export const TEXT_TRAPS: readonly Trap<Subject>[] = [
  { code: 'GLOBAL_DEFS_TOO_LATE', find: globalsTooLate },
  { code: 'FLAG_TURNED_OFF', find: flagTurnedOff },
  { code: 'COMMENT_INSIDE_WORD', find: commentInsideWord },
  { code: 'MAIL_TO_NOBODY', find: mailToNobody },
];

/** Defaults of instances; each is copied when an instance's block opens. */
const COPIED =
  /^(?:vrrp_(?!notify|startup|iptables|ipsets|rt|no_swap|process|priority)|default_interface$|smtp_alert)/;

function globalsTooLate({ outline }: Subject): readonly Finding[] {
  const { statements } = outline;
  const first = statements.findIndex((each) => each.keyword === 'vrrp_instance');
  const instance = statements[first];
  if (instance === undefined) return [];
  return statements
    .slice(first)
    .filter((each) => each.keyword === 'global_defs')
    .flatMap((each) => statementsOf(each.block))
    .filter((each) => COPIED.test(each.keyword))
    .map((each) => ({
      message: `${each.keyword} comes too late for the instances before it, which keep the default`,
      at: each,
      related: [{ message: 'the first instance is at', place: instance }],
      hint: 'move global_defs to the top of the file',
    }));
}

/** Where keepalived 2.2.7 does not look at the word. @see inventory §1.5 */
const ALWAYS_ON = ['vrrp_strict', 'vrrp_skip_check_adv_addr', 'skip_check_adv_addr'];

function flagTurnedOff({ outline }: Subject): readonly Finding[] {
  return outline.statements
    .filter((each) => each.keyword === 'global_defs' || each.keyword === 'vrrp_instance')
    .flatMap((each) => statementsOf(each.block, ...ALWAYS_ON))
    .filter((each) => ['off', 'false', 'no'].includes(valueOf(each) ?? ''))
    .map((each) => ({
      message: `${each.keyword} ${valueOf(each)} is off here, but keepalived 2.2.7 turns it on whatever follows`,
      at: each,
      hint: 'remove the line, which is off everywhere',
    }));
}

/** `auth_pass p!ss` is the password `p`. */
function commentInsideWord({ outline }: Subject): readonly Finding[] {
  return outline.statements
    .flatMap((each) => [each, ...(each.block === undefined ? [] : childrenOf(each.block))])
    .filter((each): each is Comment => each.kind === 'comment')
    .filter(({ line, start }) => isGlued(line.text, start))
    .map((each) => {
      const { text } = each.line;
      const word = /[^ \t"{}]+$/.exec(text.slice(0, each.start))?.[0] ?? '';
      return {
        message: `'${text[each.start]}' begins a comment in the middle of a word; '${word}' is all that is read`,
        at: bracePlace(each.line, each.start),
        hint: 'put the word in double quotes, or a blank before the comment',
      };
    });
}

function childrenOf(block: Block): readonly (Statement | Comment)[] {
  return block.children.flatMap((each) =>
    each.kind === 'statement' && each.block !== undefined
      ? [each, ...childrenOf(each.block)]
      : [each],
  );
}

function mailToNobody({ outline }: Subject): readonly Finding[] {
  if (outline.settings.global.mail !== undefined) return [];
  const wish = outline.statements
    .flatMap((each) => [each, ...(each.block === undefined ? [] : childrenOf(each.block))])
    .find(
      (each): each is Statement =>
        each.kind === 'statement' && each.keyword.startsWith('smtp_alert') && !isOff(each),
    );
  if (wish === undefined) return [];
  return [
    {
      message: 'mails are wanted, but without notification_email and smtp_server none is sent',
      at: wish,
      hint: "add 'notification_email { … }' and 'smtp_server ADDRESS' to global_defs",
    },
  ];
}

function isOff(statement: Statement): boolean {
  return ['off', 'false', 'no'].includes(valueOf(statement) ?? '');
}
