import { seconds, type Duration } from '@tandem/time';
import type { TrackScriptSettings } from '@tandem/vrrp';
import { judgeAccount } from '../account.ts';
import { integer, wholeSeconds } from '../argument.ts';
import type { Call } from '../call.ts';
import { ACCOUNT, COMMAND } from '../form.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { readScript, type Script } from '../script-argument.ts';
import { readTracked, weightRow, type WeightDraft } from './track-entry.ts';

/** What a vrrp_script block says so far; an absent field was not given. */
interface ScriptDraft extends WeightDraft {
  script?: Script;
  account?: { readonly user?: string; readonly group?: string };
  interval?: Duration;
  timeout?: Duration;
  rise?: number;
  fall?: number;
  initFail?: boolean;
}

const COUNT = integer({ min: 1, max: 0x7fff_ffff });
const SECONDS = wholeSeconds({ min: 1, max: 4294 });

/** The keyword table of vrrp_script. */
// prettier-ignore
export const VRRP_SCRIPT: KeywordGrammar<ScriptDraft> = keywordGrammar<ScriptDraft>('vrrp_script', [
  { kind: 'custom', keyword: 'script', bare: 'error', required: true, form: COMMAND, apply: applyScript, doc: 'What is run.' },
  { kind: 'value', keyword: 'interval', set: 'interval', argument: SECONDS, default: 1, doc: 'From one start to the next.' },
  { kind: 'value', keyword: 'timeout', set: 'timeout', argument: SECONDS, otherwise: 'interval', doc: 'Limit of a run; what takes longer has failed.' },
  weightRow({ min: -253, max: 253 }, { default: 0, doc: 'Change of priority; 0: FAULT on failure.' }),
  { kind: 'value', keyword: 'rise', set: 'rise', argument: COUNT, default: 1, doc: 'Successes before it counts as up.' },
  { kind: 'value', keyword: 'fall', set: 'fall', argument: COUNT, default: 1, doc: 'Failures before it counts as down.' },
  { kind: 'custom', keyword: 'user', form: ACCOUNT, otherwise: 'script_user', apply: applyUser, doc: 'Account that runs it.' },
  { kind: 'flag', keyword: 'init_fail', set: 'initFail', to: true, doc: 'Count as failed until the first result.' },
]);

/**
 * Reads a vrrp_script block; one that cannot be run is complained about and left out.
 * @param draft - of the root
 * @param call - the statement
 */
export function applyVrrpScript(
  draft: { readonly trackScripts: TrackScriptSettings[] },
  call: Call,
): void {
  const given: ScriptDraft = {};
  const name = readTracked('script', VRRP_SCRIPT, { given, call });
  const { script, account, timeout, interval = seconds(1) } = given;
  if (name === undefined || script === undefined) return;
  const { rise = 1, fall = 1, initFail = false } = given;
  draft.trackScripts.push({
    name,
    ...script,
    ...account,
    interval,
    timeout: timeout ?? interval,
    rise,
    fall,
    initFail,
  });
}

function applyScript(draft: ScriptDraft, call: Call): void {
  const script = readScript(call);
  if (script !== undefined) draft.script = script;
}

function applyUser(draft: ScriptDraft, call: Call): void {
  judgeAccount(call);
  const [user, group] = call.arguments.map(({ text }) => text);
  draft.account = {
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
}
