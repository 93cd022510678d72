import { decimalSeconds, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, optional } from '../form.ts';
import { complainUnknownInterfaces } from '../interface.ts';
import { readForm } from '../read-form.ts';
import type { Word } from '../words.ts';
import type { AcceptedRow } from './accepted.ts';

const SECONDS = decimalSeconds({ min: 0, max: 255 });

const DELAYS = form({ interface: word(), down: optional(SECONDS), up: optional(SECONDS) });
const LINKBEAT = form({ interface: word() }, { MII: {}, ETHTOOL: {}, IOCTL: {} });
/** Root keywords that have no effect yet. */
// prettier-ignore
export const ACCEPTED_ROOT: readonly AcceptedRow[] = [
  { keyword: 'interface_up_down_delays', list: DELAYS, readEntry: readDelays, doc: 'How long a change of a link must last to count.' },
];

/** Root keywords that ask for what is done anyhow. */
// prettier-ignore
export const NEEDLESS_ROOT: readonly AcceptedRow[] = [
  { keyword: 'linkbeat_use_polling', doc: 'Needs no asking: the kernel tells of each change of a link at once.' },
  { keyword: 'linkbeat_interfaces', list: LINKBEAT, readEntry: readLinkbeat, doc: 'Needs no asking either, and by no other means.' },
];

function readDelays(words: readonly Word[], call: Call): void {
  complainUnknownInterfaces(words.slice(0, 1), call);
  readForm(DELAYS, words, call);
}

function readLinkbeat(words: readonly Word[], call: Call): void {
  complainUnknownInterfaces(words.slice(0, 1), call);
  readForm(LINKBEAT, words, call);
}
