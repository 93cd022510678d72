import type { TrackerKind, TrackerSettings } from '@tandem/vrrp';
import { integer, oneOf, word, type Argument, type Limits } from '../argument.ts';
import type { Call } from '../call.ts';
import { complainTwice, composeBlock, listEntries, readWord } from '../composer.ts';
import { form, NOTHING, type Form, type Option } from '../form.ts';
import { listGrammar, type Keyword, type KeywordFacts, type KeywordGrammar } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import { complainUnknownInterface } from '../interface.ts';
import type { Word } from '../words.ts';
import { claimName, complainRequired } from './named-block.ts';

/** A tracker as written, or as what it names says. */
export interface TrackEntry extends TrackerSettings {
  readonly word: Word;
}

/** The weight in a block that defines something to be followed; absent where none is given. */
export interface WeightDraft {
  weight?: number;
  reverse?: boolean;
}

const WEIGHTS: Readonly<Record<TrackerKind, Argument<number>>> = {
  interface: integer({ min: -253, max: 253 }),
  script: integer({ min: -253, max: 253 }),
  bfd: integer({ min: -253, max: 253 }),
  file: integer({ min: -254, max: 254 }),
  process: integer({ min: -254, max: 254 }),
};
const REVERSE = oneOf(new Map([['reverse', true]]));
const REVERSE_OR_NOT = oneOf(
  new Map([
    ['reverse', true],
    ['noreverse', false],
  ]),
);

/** `WEIGHT [reverse]`. */
type WeightForm = Form<{ readonly value: Argument<number> }, { readonly reverse: Option }>;

/** `WEIGHT [reverse]`, of what may be tracked. */
function weight(limits: Limits): WeightForm {
  return form({ value: integer(limits) }, { reverse: { doc: 'The other way round.' } });
}

/**
 * @param limits - of the weight
 * @param facts - default, and a line for the reference
 * @returns the row of `weight` in a block that defines something to be followed
 */
export function weightRow<D extends WeightDraft>(
  limits: Limits,
  facts: Pick<KeywordFacts, 'default' | 'bare' | 'firstCounts' | 'doc'>,
): Keyword<D> {
  const words = weight(limits);
  return {
    kind: 'custom',
    keyword: 'weight',
    form: words,
    ...facts,
    apply(draft, call) {
      const { weight: before = facts.default } = draft;
      if (facts.firstCounts !== undefined && before !== facts.default) {
        complainTwice(call);
        return;
      }
      const { value, reverse } = readForm(words, call.arguments, call) ?? {};
      if (value === undefined) return;
      draft.weight = value;
      draft.reverse = reverse ?? false;
    },
  };
}

/**
 * Reads a block that defines something to follow, and remembers what trackers have that name no
 * weight of their own.
 * @param kind - of what it defines
 * @param grammar - of the block
 * @param given - is told what the block says
 * @returns its name, or undefined after a complaint
 */
export function readTracked<D extends WeightDraft>(
  kind: TrackerKind,
  grammar: KeywordGrammar<D>,
  { given, call }: { readonly given: D; readonly call: Call },
): string | undefined {
  const { block } = call.statement;
  const name = claimName(call, kind);
  if (block === undefined || name === undefined) return undefined;
  const owner = `${call.keyword} ${name}`;
  composeBlock(grammar, given, { block, owner, session: call.session });
  complainRequired(grammar, call.named(owner));
  const { weight = kind === 'file' ? 1 : 0, reverse = false } = given;
  call.session.weights.set(`${kind} ${name}`, { weight, reverse });
  return name;
}

const ENTRY = trackEntryForm(WEIGHTS.interface);
const FILE_ENTRY = trackEntryForm(WEIGHTS.file);

/** `NAME [weight N [reverse]]`. */
const TRACK_ENTRIES: Readonly<Record<TrackerKind, Form>> = {
  interface: ENTRY,
  script: ENTRY,
  bfd: ENTRY,
  file: FILE_ENTRY,
  process: FILE_ENTRY,
};

function trackEntryForm(weight: Argument<number>): Form {
  return form(
    { name: word() },
    {
      weight: { argument: weight, doc: 'Instead of the weight of what is tracked.' },
      reverse: { doc: 'The other way round.' },
      noreverse: { doc: 'Not the other way round.' },
    },
  );
}

/**
 * @param kind - what is tracked
 * @param doc - one line for the reference
 * @returns the row of the block `track_KIND`, whose entries go to the draft's trackers
 */
export function trackRow<D extends { readonly trackers: Map<string, TrackEntry> }>(
  kind: TrackerKind,
  doc: string,
): Keyword<D> {
  const keyword = `track_${kind}`;
  return {
    kind: 'block',
    keyword,
    form: NOTHING,
    grammar: listGrammar(keyword, TRACK_ENTRIES[kind]),
    apply({ trackers }, call) {
      for (const words of listEntries(call)) {
        const entry = readTrackEntry(kind, words, call);
        if (entry === undefined) continue;
        if (trackers.has(`${kind} ${entry.name}`)) {
          call.complain(
            'DUPLICATE_TRACKER',
            `${keyword} ${entry.name} is given twice; ignoring it`,
            {
              at: entry.word,
            },
          );
        } else trackers.set(`${kind} ${entry.name}`, { ...entry, kind });
      }
    },
    doc,
  };
}

/**
 * Reads an entry of track_script and its like: `NAME [weight N [reverse]]`.
 * @param kind - what is tracked; all but interfaces must have been defined before
 * @returns the entry without its kind, or undefined after a complaint
 * @see inventory §1.10
 */
function readTrackEntry(
  kind: TrackerKind,
  words: readonly Word[],
  call: Call,
): Omit<TrackEntry, 'kind'> | undefined {
  const [word, option, weightWord, reverseWord] = words;
  if (word === undefined) return undefined;
  const name = word.text;
  if (!isThere(kind, word, call)) return undefined;
  const { weight: given, reverse: reversed } = call.session.weights.get(`${kind} ${name}`) ?? {
    weight: 0,
    reverse: false,
  };
  if (option === undefined) return { name, weight: given, reverse: reversed, word };
  if (option.text !== 'weight' || weightWord === undefined) {
    const message =
      option.text === 'weight'
        ? `weight of ${name} has no value; ignoring ${name}`
        : `'${option.text}' is no option of ${name}; ignoring ${name}`;
    call.complain('UNKNOWN_OPTION', message, { at: option, hint: "write 'weight N'" });
    return undefined;
  }
  const fallback = `ignoring ${name}`;
  const weight = readWord(WEIGHTS[kind], weightWord, { call, name: 'weight', fallback });
  if (weight === undefined) return undefined;
  if (reverseWord === undefined) return { name, weight, reverse: reversed, word };
  const argument = kind === 'interface' ? REVERSE : REVERSE_OR_NOT;
  const reverse = readWord(argument, reverseWord, { call, name: 'what follows the weight' });
  return { name, weight, reverse: reverse ?? false, word };
}

/** Interfaces may come later; what else is tracked must have been defined. */
function isThere(kind: TrackerKind, word: Word, call: Call): boolean {
  const name = word.text;
  if (kind === 'interface') {
    complainUnknownInterface(name, call, {
      at: word,
      severity: 'warning',
      until: '; it counts as down',
    });
    return true;
  }
  const defined = call.session.defined.get(kind) ?? new Set();
  if (defined.has(name)) return true;
  const near = call.session.nearestName(name, defined);
  call.complain('UNKNOWN_TRACKER', `track ${kind} ${name} not found; ignoring it`, {
    at: word,
    hint: near === undefined ? 'it must be defined earlier in the file' : `did you mean '${near}'?`,
  });
  return false;
}
