import type { TrackFileSettings } from '@tandem/vrrp';
import { integer } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, optional } from '../form.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import { PATH } from './forms.ts';
import { readTracked, weightRow, type WeightDraft } from './track-entry.ts';

/** What a track_file block says so far; an absent field was not given. */
interface FileDraft extends WeightDraft {
  path?: string;
  initial?: NonNullable<TrackFileSettings['initial']>;
}

const LIMITS = { min: -254, max: 254 };
const INITIAL = form(
  { value: optional(integer(LIMITS)) },
  { overwrite: { doc: 'Also when it exists.' } },
);

/** The keyword table of track_file. */
// prettier-ignore
export const TRACK_FILE: KeywordGrammar<FileDraft> = keywordGrammar<FileDraft>('track_file', [
  { kind: 'value', keyword: 'file', set: 'path', required: true, bare: 'error', argument: PATH, firstCounts: true, doc: 'File that holds a number.' },
  weightRow(LIMITS, { bare: 'error', default: 1, firstCounts: 'but the default', doc: 'Factor of the number; 0: FAULT unless it is 0.' }),
  { kind: 'custom', keyword: 'init_file', form: INITIAL, apply: applyInitial, doc: 'Create the file with this number.' },
]);

/**
 * Reads a track_file block; one without a file is complained about and left out.
 * @param draft - of the root
 * @param call - the statement
 */
export function applyTrackFile(
  draft: { readonly trackFiles: TrackFileSettings[] },
  call: Call,
): void {
  const given: FileDraft = {};
  const name = readTracked('file', TRACK_FILE, { given, call });
  const { path, initial } = given;
  if (name === undefined || path === undefined) return;
  call.session.filePaths.set(name, path);
  draft.trackFiles.push({ name, path, ...(initial === undefined ? {} : { initial }) });
}

function applyInitial(draft: FileDraft, call: Call): void {
  const { value = 0, overwrite = false } = readForm(INITIAL, call.arguments, call) ?? {};
  draft.initial = { value, overwrite };
}
