/** Blocks of what stays, whoever is master. */
import type { StaticAddress, StaticEntry } from '@tandem/vrrp';
import type { Call } from '../call.ts';
import { canonicalText } from '../canonical-text.ts';
import { complainNoEntries, composeBlock, linesOf, listEntries } from '../composer.ts';
import { NAME, NOTHING } from '../form.ts';
import { keywordGrammar, listGrammar, type Keyword, type KeywordGrammar } from '../grammar.ts';
import { placeWords } from '../place-words.ts';
import { readRoute } from '../route-line.ts';
import { readRule } from '../rule-line.ts';
import type { Word } from '../words.ts';
import { ADDRESS_ENTRY, readAddressEntry } from './address-entry.ts';
import type { GlobalDraft } from './global-defs.ts';
import { claimName } from './named-block.ts';
import { ROUTE, RULE } from './route-entry.ts';

/** A line of a static block. */
export interface StaticDraft {
  readonly entry: StaticEntry;
  /** The track_group that follows it. */
  readonly group: Word | undefined;
  readonly call: Call;
}

/** What these blocks fill. */
interface StaticsDraft {
  readonly globals: GlobalDraft;
  readonly statics: StaticDraft[];
  readonly trackGroups: Map<string, { readonly call: Call; readonly members: Word[] }>;
}

/** What a track_group block says. */
interface TrackGroupDraft {
  readonly members: Word[];
}

const TRACK_GROUP: KeywordGrammar<TrackGroupDraft> = keywordGrammar<TrackGroupDraft>(
  'track_group',
  // prettier-ignore
  [
    { kind: 'block', keyword: 'group', form: NOTHING, grammar: listGrammar('group'), apply: applyMembers, doc: 'The instances.' },
  ],
);

// prettier-ignore
/** Rows of the table of the root. */
export const STATIC_ROWS: readonly Keyword<StaticsDraft>[] = [
  { kind: 'block', keyword: 'static_ipaddress', form: NOTHING, grammar: listGrammar('static_ipaddress', ADDRESS_ENTRY), apply: (draft, call) => takeLines(draft, call, (words) => readStaticAddress(words, call, draft.globals)), doc: 'Addresses that stay, one per line.' },
  { kind: 'block', keyword: 'static_routes', form: NOTHING, grammar: listGrammar('static_routes', ROUTE), apply: (draft, call) => takeLines(draft, call, readRoute), doc: 'Routes that stay, one per line.' },
  { kind: 'block', keyword: 'static_rules', form: NOTHING, grammar: listGrammar('static_rules', RULE), apply: (draft, call) => takeLines(draft, call, readRule), doc: 'Routing rules that stay, one per line.' },
  { kind: 'block', keyword: 'track_group', bare: 'error', form: NAME, several: true, grammar: TRACK_GROUP, apply: applyTrackGroup, doc: 'Instances that are in FAULT while the interface of a static entry is down.' },
];

function takeLines(
  { statics }: StaticsDraft,
  call: Call,
  read: (words: readonly Word[], call: Call) => StaticEntry | undefined,
): void {
  const drafts = linesOf(call, (words) => {
    const entry = read(words, call);
    const at = words.findIndex((each) => each.text === 'track_group');
    return entry && { entry, group: at < 0 ? undefined : words[at + 1], call };
  });
  statics.push(...drafts);
}

function readStaticAddress(
  words: readonly Word[],
  call: Call,
  { defaultInterface = 'eth0' }: GlobalDraft,
): StaticAddress | undefined {
  const entry = readAddressEntry(words, call);
  if (entry === undefined) return undefined;
  const { word: _, ...address } = entry;
  const text = canonicalText(ADDRESS_ENTRY, placeWords(ADDRESS_ENTRY, words).placed);
  const { device = defaultInterface, track = true } = address;
  return { kind: 'address', text, ...address, device, track };
}

function applyMembers({ members }: TrackGroupDraft, call: Call): void {
  complainNoEntries(call);
  members.push(...listEntries(call).flat());
}

function applyTrackGroup({ trackGroups }: StaticsDraft, call: Call): void {
  const { block } = call.statement;
  const name = claimName(call, 'track_group');
  if (block === undefined || name === undefined) return;
  const owner = `track_group ${name}`;
  const draft: TrackGroupDraft = { members: [] };
  composeBlock(TRACK_GROUP, draft, { block, owner, session: call.session });
  trackGroups.set(name, { call: call.named(owner), members: draft.members });
}
