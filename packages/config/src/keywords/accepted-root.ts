import { word } from '../argument.ts';
import type { Call } from '../call.ts';
import { form } from '../form.ts';
import { complainUnknownInterfaces } from '../interface.ts';
import { readForm } from '../read-form.ts';
import type { Word } from '../words.ts';
import type { AcceptedRow } from './accepted.ts';

const LINKBEAT = form({ interface: word() }, { MII: {}, ETHTOOL: {}, IOCTL: {} });

/** Root keywords that ask for what is done anyhow. */
// prettier-ignore
export const NEEDLESS_ROOT: readonly AcceptedRow[] = [
  { keyword: 'linkbeat_use_polling', doc: 'Needs no asking: the kernel tells of each change of a link at once.' },
  { keyword: 'linkbeat_interfaces', list: LINKBEAT, readEntry: readLinkbeat, doc: 'Needs no asking either, and by no other means.' },
];

function readLinkbeat(words: readonly Word[], call: Call): void {
  complainUnknownInterfaces(words.slice(0, 1), call);
  readForm(LINKBEAT, words, call);
}
