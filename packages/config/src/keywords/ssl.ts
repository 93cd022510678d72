import type { TlsSettings } from '@tandem/health';
import { word, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { readWord } from '../composer.ts';
import { formOfArgument, keywordGrammar, type Keyword, type KeywordGrammar } from '../grammar.ts';
import { PATH } from './forms.ts';

/** An SSL block so far. */
export type SslDraft = { -readonly [K in keyof TlsSettings]: TlsSettings[K] };

/** The keyword table of SSL. */
// prettier-ignore
export const SSL: KeywordGrammar<SslDraft> = keywordGrammar<SslDraft>('SSL', [
  row('password', word(undefined, 'PASSWORD'), 'Password of the key.'),
  row('ca', PATH, 'File of certificates that the own one is signed with; servers are not verified.'),
  row('certificate', PATH, 'File of the own certificate.'),
  row('key', PATH, 'File of its key.'),
]);

/** The last one counts, and the others are a mistake. */
function row(keyword: keyof SslDraft, argument: Argument<string>, doc: string): Keyword<SslDraft> {
  return {
    kind: 'custom',
    keyword,
    bare: 'error',
    form: formOfArgument(argument),
    doc,
    apply(draft, call: Call) {
      if (draft[keyword] !== undefined)
        call.complain('DUPLICATE_KEYWORD', `${keyword} is given twice; the last one is kept`);
      const given = call.argument(1);
      const value = given && readWord(argument, given, { call });
      if (value !== undefined) draft[keyword] = value;
    },
  };
}
