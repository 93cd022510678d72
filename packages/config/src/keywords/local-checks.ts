/** Checkers that look at this box: a script, a file, a session of BFD. */
import { judgeAccount } from '../account.ts';
import { boolean, integer, wholeSeconds, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { ACCOUNT, COMMAND, form } from '../form.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import { readScript } from '../script-argument.ts';
import { CHECKER_ROWS, RETRY, type CheckerDraft } from './checkers.ts';

const OF_CONNECTIONS = new Set(
  'connect_timeout connect_ip connect_port bindto bind_port bind_if fwmark'.split(' '),
);

/** The keyword table of MISC_CHECK. */
// prettier-ignore
export const MISC_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('MISC_CHECK', [
  { kind: 'custom', keyword: 'misc_path', bare: 'error', required: true, form: COMMAND, apply: applyPath, doc: 'What is run.' },
  { kind: 'value', keyword: 'misc_timeout', set: 'scriptTimeout', argument: wholeSeconds({ min: 0, max: 4294 }), otherwise: 'delay_loop', doc: 'Limit of the script; 0: delay_loop.' },
  { kind: 'flag', keyword: 'misc_dynamic', set: 'dynamic', to: true, doc: 'The exit status sets the weight.' },
  { kind: 'custom', keyword: 'user', bare: 'error', form: ACCOUNT, apply: applyUser, doc: 'Account that runs it.' },
  ...[...CHECKER_ROWS, { ...RETRY, default: 0 }].filter(({ keyword }) => !OF_CONNECTIONS.has(keyword)),
]);

const WEIGHT = form(
  { value: integer({ min: -0x7fff_ffff, max: 0x7fff_ffff }) },
  { reverse: { doc: 'The other way round.' }, noreverse: { doc: 'Not the other way round.' } },
);

/** The keyword table of FILE_CHECK. */
// prettier-ignore
export const FILE_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('FILE_CHECK', [
  { kind: 'custom', keyword: 'track_file', required: true, form: form({ value: word(undefined, 'NAME') }), apply: applyFile, doc: 'Name of the track_file.' },
  { kind: 'custom', keyword: 'weight', bare: 'error', form: WEIGHT, apply: applyWeight, otherwise: 'that of the track_file', doc: 'Factor of its number; 0: down unless it is 0.' },
]);

/** The keyword table of BFD_CHECK. */
// prettier-ignore
export const BFD_CHECK: KeywordGrammar<CheckerDraft> = keywordGrammar<CheckerDraft>('BFD_CHECK', [
  { kind: 'custom', keyword: 'name', bare: 'error', required: true, form: form({ value: word(undefined, 'NAME') }), apply: applySession, doc: 'Name of the bfd_instance.' },
  { kind: 'value', keyword: 'alpha', set: 'alpha', argument: boolean('optional'), otherwise: 'that of the real server', doc: 'Down until the first success.' },
]);

function applySession(draft: CheckerDraft, call: Call): void {
  const name = call.argument(1);
  if (name === undefined) return;
  const { defined } = call.session;
  const isDefinedAs = (kind: string): boolean => defined.get(kind)?.has(name.text) === true;
  if (isDefinedAs('bfd of checkers')) {
    draft.bfdSession = name.text;
    return;
  }
  const why = isDefinedAs('bfd') ? 'is for instances only: it lacks checker' : 'is not configured';
  call.complain('UNKNOWN_TRACKER', `bfd_instance ${name.text} ${why}`, { at: name });
}

function applyPath(draft: CheckerDraft, call: Call): void {
  const script = readScript(call);
  if (script !== undefined) draft.command = script;
}

function applyUser(draft: CheckerDraft, call: Call): void {
  judgeAccount(call);
  const [user, group] = call.arguments.map(({ text }) => text);
  draft.account = { ...(user !== undefined && { user }), ...(group !== undefined && { group }) };
}

function applyFile(draft: CheckerDraft, call: Call): void {
  const name = call.argument(1);
  if (name === undefined) return;
  if (call.session.filePaths.has(name.text)) draft.trackFile = name.text;
  else call.complain('UNKNOWN_TRACKER', `track_file ${name.text} not found`, { at: name });
}

function applyWeight(draft: CheckerDraft, call: Call): void {
  const { value: weight, reverse = false } = readForm(WEIGHT, call.arguments, call) ?? {};
  if (weight !== undefined) draft.fileWeight = { weight, reverse };
}
