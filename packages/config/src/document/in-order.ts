import { ROOT } from '../keywords/root.ts';
import type { Outline } from '../outline.ts';
import { parseConfiguration } from '../parse-configuration.ts';
import type { Settings } from '../settings.ts';
import type { Statement } from '../tree.ts';
import { documentOf, type ConfigurationDocument, type LocatedDocument } from './build.ts';
import { formatDocument } from './format.ts';

/**
 * A document has no order of blocks: what others refer to is written first. Where that means
 * something else, because a global_defs comes after what it would reach, or a tracker after its use,
 * each such block begins a document of its own.
 * @param outline - of the configuration, as an inspector gets it
 * @returns documents that mean the same when they are written one after the other; mostly one
 */
export function documentsInOrder(
  outline: Pick<Outline, 'statements' | 'settings'>,
): readonly LocatedDocument[] {
  const whole = documentOf(outline);
  if (meansTheSame(whole.document, outline.settings)) return [whole];
  return split(outline.statements).map((statements) => documentOf({ statements }));
}

function meansTheSame(document: ConfigurationDocument, settings: Settings): boolean {
  const text = formatDocument(document);
  const reader = { read: (path: string) => [{ path, text }] };
  const again = parseConfiguration({ path: 'document', hostName: '', reader }).settings;
  return comparable(again) === comparable(settings);
}

/** Without what global_defs says of the box, which no order changes. */
function comparable(settings: Settings): string {
  return JSON.stringify({ ...settings, global: undefined });
}

/** Cuts so that no block of a part has to move before another one. */
function split(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const parts: Statement[][] = [];
  let last: Statement | undefined;
  for (const each of statements) {
    const isGlobal = each.keyword === 'global_defs' && last?.keyword !== each.keyword;
    if (last === undefined || isGlobal || (isEarly(each) && !isEarly(last))) parts.push([]);
    parts.at(-1)?.push(each);
    last = each;
  }
  return parts;
}

function isEarly({ keyword }: Statement): boolean {
  return ROOT.keywords.get(keyword)?.early === true;
}
