/** FIFOs that hear of changes: the keywords, and what they come to. */
import { word } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, optional } from '../form.ts';
import type { Keyword } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import type { Script } from '../script-argument.ts';
import type { NotifyFifoSettings } from '../settings.ts';
import { PATH } from './forms.ts';
import { scriptRow } from './script-row.ts';

/** What global_defs says of FIFOs. */
export interface NotifyFifoDraft {
  notifyFifo?: Place;
  notifyFifoScript?: Script;
  vrrpNotifyFifo?: Place;
  vrrpNotifyFifoScript?: Script;
  lvsNotifyFifo?: Place;
  lvsNotifyFifoScript?: Script;
}

interface Place extends Pick<NotifyFifoSettings, 'path' | 'user' | 'group'> {
  readonly call: Call;
}

const FIFOS = [
  { prefix: '', hears: 'all', fifo: 'notifyFifo', script: 'notifyFifoScript' },
  { prefix: 'vrrp_', hears: 'vrrp', fifo: 'vrrpNotifyFifo', script: 'vrrpNotifyFifoScript' },
  { prefix: 'lvs_', hears: 'lvs', fifo: 'lvsNotifyFifo', script: 'lvsNotifyFifoScript' },
] as const;

const WHAT = {
  all: 'every change',
  vrrp: 'changes of instances and sync groups',
  lvs: 'changes of virtual and real servers',
};

const PLACE = form({ path: PATH, user: optional(word()), group: optional(word()) });

/** Their rows in the keyword table of global_defs. */
// prettier-ignore
export const NOTIFY_FIFO_ROWS: readonly Keyword<NotifyFifoDraft>[] = FIFOS.flatMap(({ prefix, hears, fifo, script }) => [
  { kind: 'custom', keyword: `${prefix}notify_fifo`, bare: 'error', form: PLACE, firstCounts: true, apply: (draft, call) => applyPlace(draft, fifo, call), doc: `A FIFO that hears of ${WHAT[hears]}, and whose it is.` },
  scriptRow<NotifyFifoDraft, typeof script>({ keyword: `${prefix}notify_fifo_script`, bare: 'error', set: script, doc: 'Started with the path of the FIFO appended.' }),
]);

function applyPlace(
  draft: NotifyFifoDraft,
  field: (typeof FIFOS)[number]['fifo'],
  call: Call,
): void {
  const place = readForm(PLACE, call.arguments, call);
  if (place?.path === undefined) return;
  if (draft[field] === undefined) {
    draft[field] = { ...place, path: place.path, call };
    return;
  }
  call.complain('DUPLICATE_KEYWORD', `${call.keyword} is given twice; the first one is kept`);
}

/**
 * One of the same path as `notify_fifo` would get each line twice: it is complained about and left
 * out, with its script.
 * @param draft - of global_defs
 * @returns the FIFOs that it names; the script of one that it does not name is never started
 */
export function finishNotifyFifos(draft: NotifyFifoDraft): NotifyFifoSettings[] {
  return FIFOS.flatMap(({ hears, fifo, script: field }) => {
    const place = draft[fifo];
    const script = draft[field];
    if (place === undefined || isSaidTwice(place, draft.notifyFifo)) return [];
    const { call: _, ...where } = place;
    return [{ hears, ...where, ...(script && { script }) }];
  });
}

function isSaidTwice({ path, call }: Place, whole: Place | undefined): boolean {
  if (whole === undefined || whole.call === call || whole.path !== path) return false;
  call.complain('SHARED_FIFO', `notify_fifo has the path ${path}, too: ignoring ${call.keyword}`, {
    severity: 'warning',
    hint: 'leave it out, or give it another path',
    related: [{ message: 'notify_fifo is at', place: whole.call.statement }],
  });
  return true;
}
