import type { TrackerKind } from '@tandem/vrrp';
import { integer, oneOf, word, type Argument, type Limits } from '../argument.ts';
import type { Call } from '../call.ts';
import { listEntries, readWord } from '../composer.ts';
import { form, NOTHING, type Form } from '../form.ts';
import { listGrammar, type Keyword } from '../grammar.ts';
import type { Word } from '../words.ts';

/** What can be followed; BFD sessions are accepted without effect. */
type TrackedKind = TrackerKind | 'bfd';

/** A tracker as written: what is absent comes from what it names. */
export interface TrackEntry {
  readonly kind: TrackerKind;
  readonly name: string;
  readonly weight?: number;
  readonly reverse?: boolean;
  readonly word: Word;
}

const WEIGHTS: Readonly<Record<TrackedKind, Argument<number>>> = {
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

/** `WEIGHT [reverse]`, of what may be tracked. */
export function weight(limits: Limits): Form {
  return form({ value: integer(limits) }, { reverse: { doc: 'The other way round.' } });
}

const ENTRY = trackEntryForm(WEIGHTS.interface);
const FILE_ENTRY = trackEntryForm(WEIGHTS.file);

/** `NAME [weight N [reverse]]`. */
export const TRACK_ENTRIES: Readonly<Record<TrackedKind, Form>> = {
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
export function trackRow<D extends { readonly trackers: TrackEntry[] }>(
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
        if (trackers.some((each) => each.kind === kind && each.name === entry.name)) {
          call.complain(
            'DUPLICATE_TRACKER',
            `${keyword} ${entry.name} is given twice; ignoring it`,
            {
              at: entry.word,
            },
          );
        } else trackers.push({ ...entry, kind });
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
export function readTrackEntry(
  kind: TrackedKind,
  words: readonly Word[],
  call: Call,
): Omit<TrackEntry, 'kind'> | undefined {
  const [word, option, weightWord, reverseWord] = words;
  if (word === undefined) return undefined;
  const name = word.text;
  if (kind !== 'interface' && call.session.defined.get(kind)?.has(name) !== true) {
    call.complain('UNKNOWN_TRACKER', `track ${kind} ${name} not found; ignoring it`, {
      at: word,
      hint: 'it must be defined earlier in the file',
    });
    return undefined;
  }
  if (option === undefined) return { name, word };
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
  if (reverseWord === undefined) return { name, weight, reverse: false, word };
  const argument = kind === 'interface' ? REVERSE : REVERSE_OR_NOT;
  const reverse = readWord(argument, reverseWord, { call, name: 'what follows the weight' });
  return { name, weight, reverse: reverse ?? false, word };
}
