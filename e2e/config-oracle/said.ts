/** What is said of keywords that have no setting of their own. */
import type { ConfigurationDocument } from '@tandem/config';

/** The value of a keyword. */
export type Data = ConfigurationDocument[string];

/**
 * @param data - of a keyword with one word
 * @returns the word; undefined without the keyword
 * @throws TypeError for one with several
 */
export function textOf(data: Data | undefined): string | undefined {
  if (typeof data === 'object') throw new TypeError('it has more than one word');
  return data === undefined ? undefined : String(data);
}

/** @returns the blocks of a keyword, or the entries of a list */
export function blocksOf(data: Data | undefined): readonly ConfigurationDocument[] {
  return (data ?? []) as readonly ConfigurationDocument[];
}
