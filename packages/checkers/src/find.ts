/**
 * Looks for a regular expression within a limit of time: some take ages to find that there is no
 * match, and while they do nothing else happens in this process.
 */
import { createContext, Script, type Context } from 'node:vm';
import type { RegexSettings } from '@tandem/health';

/** Most find out in a hundredth of this; on a busy machine time passes without them. */
const LIMIT_MS = 200;
/** What is compiled stays for the next time. */
const COMPILED_MAX = 1000;

const SEARCH = new Script('regex.lastIndex = 0; regex.exec(text)?.index');
const compiled = new Map<string, RegExp>();
let context: Context | undefined;

/**
 * @param settings - what to look for
 * @param page - header and body as they came
 * @returns whether it is there, beginning within the limits
 */
export function find(settings: RegexSettings, page: Buffer): boolean | 'too-slow' {
  const { utf, offsetMin, offsetMax } = settings;
  const text = page.toString(utf ? 'utf8' : 'latin1');
  const before = Math.min(offsetMin, page.length);
  const from = utf ? page.toString('utf8', 0, before).length : before;
  context ??= createContext({});
  context['regex'] = compile(settings);
  context['text'] = from === 0 ? text : text.slice(from);
  try {
    const index: unknown = SEARCH.runInContext(context, { timeout: LIMIT_MS });
    if (typeof index !== 'number') return false;
    if (offsetMax === undefined) return true;
    const start = from + index;
    return (utf ? Buffer.byteLength(text.slice(0, start)) : start) <= offsetMax;
  } catch {
    return 'too-slow';
  } finally {
    context['text'] = '';
  }
}

function compile({ source, flags }: RegexSettings): RegExp {
  const key = `${flags} ${source}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  const regex = new RegExp(source, flags);
  compiled.set(key, regex);
  return regex;
}
