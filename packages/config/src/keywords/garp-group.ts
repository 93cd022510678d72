/** Groups of interfaces whose announcements leave one after the other. */
import type { Duration } from '@tandem/time';
import { decimalSeconds, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { complainNoEntries, composeBlock, listEntries } from '../composer.ts';
import { form, NOTHING } from '../form.ts';
import { keywordGrammar, listGrammar, type Keyword, type KeywordGrammar } from '../grammar.ts';
import { complainUnknownInterfaces } from '../interface.ts';
import type { GarpGroupSettings } from '../settings.ts';
import type { Word } from '../words.ts';

/** What the garp_group blocks say. */
export interface GarpGroupsDraft {
  readonly garpGroups: GarpGroupSettings[];
}

/** What a garp_group block says so far. */
interface GroupDraft {
  garpInterval?: Duration;
  gnaInterval?: Duration;
  readonly interfaces: Set<string>;
  /** Those of the groups before. */
  readonly taken: ReadonlySet<string>;
}

const GAP = decimalSeconds({ min: 0, max: 2147.483647 });

// prettier-ignore
const GARP_GROUP: KeywordGrammar<GroupDraft> = keywordGrammar<GroupDraft>('garp_group', [
  { kind: 'value', keyword: 'garp_interval', set: 'garpInterval', argument: GAP, doc: 'Gap between gratuitous ARPs.' },
  { kind: 'value', keyword: 'gna_interval', set: 'gnaInterval', argument: GAP, doc: 'Gap between neighbour advertisements.' },
  { kind: 'custom', keyword: 'interface', form: form({ value: word(undefined, 'INTERFACE') }), adds: true, apply: (draft, call) => addInterfaces(draft, call, call.arguments.slice(0, 1)), doc: 'Its interface.' },
  { kind: 'block', keyword: 'interfaces', form: NOTHING, grammar: listGrammar('interfaces'), apply: applyInterfaces, doc: 'Its interfaces.' },
]);

/** Their row in the keyword table of the root. */
export const GARP_GROUP_ROW: Keyword<GarpGroupsDraft> = {
  kind: 'block',
  keyword: 'garp_group',
  form: NOTHING,
  several: true,
  grammar: GARP_GROUP,
  apply: applyGarpGroup,
  doc: 'Interfaces, with those above them, whose gratuitous ARPs, or neighbour advertisements, leave one after the other.',
};

function applyGarpGroup(draft: GarpGroupsDraft, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const taken = new Set(draft.garpGroups.flatMap(({ interfaces }) => interfaces));
  const given: GroupDraft = { interfaces: new Set(), taken };
  composeBlock(GARP_GROUP, given, { block, owner: 'garp_group', session: call.session });
  const { interfaces, garpInterval, gnaInterval } = given;
  if (call.inside('garp_interval', 'gna_interval') === undefined) {
    call.complain('MISSING_KEYWORD', 'garp_group has no delay; ignoring it', {
      hint: "add 'garp_interval SECONDS' or 'gna_interval SECONDS'",
    });
    return;
  }
  draft.garpGroups.push({
    interfaces: [...interfaces],
    ...(garpInterval !== undefined && { garpInterval }),
    ...(gnaInterval !== undefined && { gnaInterval }),
  });
}

function applyInterfaces(draft: GroupDraft, call: Call): void {
  for (const words of listEntries(call)) addInterfaces(draft, call, words);
  complainNoEntries(call);
}

function addInterfaces(draft: GroupDraft, call: Call, names: readonly Word[]): void {
  complainUnknownInterfaces(names, call);
  for (const name of names) {
    if (draft.taken.has(name.text) || draft.interfaces.has(name.text)) {
      const message = `garp_group already specified for ${name.text} - ignoring`;
      call.complain('DUPLICATE_INTERFACE', message, { at: name });
    } else draft.interfaces.add(name.text);
  }
}
