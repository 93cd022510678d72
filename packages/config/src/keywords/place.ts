/** Keywords of the root that say where the daemon is: its namespaces, and the names of its files. */
import type { Duration } from '@tandem/time';
import { wholeSeconds, word, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, NOTHING } from '../form.ts';
import type { Keyword } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import { isFirst } from './accepted.ts';

/** What they have said so far. */
export interface PlaceDraft {
  netNamespace?: string;
  ipvsNamespace?: string;
  instanceName?: string;
  usePidFolder?: boolean;
  childWait?: Duration;
}

const PATTERN = '^[A-Za-z0-9_:@+=-][A-Za-z0-9_.:@+=-]*$';
const LIMIT = 'letters, digits and _.:@+=- not beginning with a dot';

/** They become parts of paths. */
const NAME = form({
  value: {
    ...word(undefined, 'NAME'),
    limit: LIMIT,
    schema: { type: 'string', pattern: PATTERN },
    read: (text) =>
      new RegExp(PATTERN).test(text)
        ? { ok: true, value: text }
        : { ok: false, code: 'INVALID_NAME', limit: LIMIT },
  } satisfies Argument<string>,
});

// prettier-ignore
export const PLACE_ROWS: readonly Keyword<PlaceDraft>[] = [
  { kind: 'custom', keyword: 'net_namespace', bare: 'error', form: NAME, firstCounts: true, apply: nameOf('netNamespace'), otherwise: 'the one that it is started in', doc: 'Network namespace of the daemon; -s on the command line comes first. A reload cannot change it.' },
  { kind: 'custom', keyword: 'net_namespace_ipvs', bare: 'note', form: NAME, apply: nameOf('ipvsNamespace'), otherwise: 'that of the daemon', doc: 'Network namespace of the IPVS table and the sync daemon; checks go out from that of the daemon. A reload cannot change it.' },
  { kind: 'custom', keyword: 'namespace_with_ipsets', form: NOTHING, apply: () => undefined, doc: 'Allow ipsets in namespaces of old kernels; none are used.' },
  { kind: 'custom', keyword: 'instance', bare: 'error', form: NAME, firstCounts: true, apply: nameOf('instanceName'), doc: 'Name of this daemon among several: part of the names of its pid files, which are in /run/keepalived. A reload cannot change it.' },
  { kind: 'flag', keyword: 'use_pid_dir', set: 'usePidFolder', to: true, doc: 'Put pid files into /run/keepalived.' },
  { kind: 'value', keyword: 'child_wait_time', set: 'childWait', argument: wholeSeconds({ min: 0, max: 0x7fff_ffff }), default: 5, doc: 'How long processes may take to stop before they are killed, and what they have left is removed in their place.' },
];

function nameOf(
  field: 'netNamespace' | 'ipvsNamespace' | 'instanceName',
): (draft: PlaceDraft, call: Call) => void {
  return (draft, call) => {
    if (field !== 'ipvsNamespace' && !isFirst(call.keyword, call)) return;
    const { value } = readForm(NAME, call.arguments, call) ?? {};
    if (value !== undefined) draft[field] = value;
  };
}
