import type { Call } from '../call.ts';
import type { KeywordGrammar } from '../grammar.ts';

/** Where keepalived says nothing of words after the name. */
const IGNORING: ReadonlySet<string> = new Set([
  'vrrp_script',
  'track_file',
  'vrrp_track_file',
  'vrrp_track_process',
  'bfd_instance',
]);

/**
 * Reads the name of a block, and sees to it that it is the only one of that name.
 * @param call - the statement that opens the block
 * @param kind - what it defines; absent: several may have the same name
 * @returns the name, or undefined after a complaint
 */
export function claimName(call: Call, kind?: string): string | undefined {
  const name = call.argument(1)?.text;
  if (name === undefined || (call.arguments.length > 1 && !IGNORING.has(call.keyword))) {
    call.complain('MISSING_NAME', `${call.keyword} must have one name; skipping the block`, {
      hint: `write '${call.keyword} NAME {'`,
    });
    return undefined;
  }
  if (kind === undefined) return name;
  const known = call.session.defined.get(kind) ?? new Set();
  call.session.defined.set(kind, known);
  if (known.has(name)) {
    call.complain('DUPLICATE_NAME', `${call.keyword} ${name} already defined; skipping the block`, {
      at: call.argument(1),
      severity: kind === 'file' ? 'note' : 'error',
    });
    return undefined;
  }
  known.add(name);
  return name;
}

/**
 * Complains about what must stand in a block and does not.
 * @param grammar - of the block
 * @param call - the statement that opens it
 */
export function complainRequired<D>(grammar: KeywordGrammar<D>, call: Call): void {
  for (const { keyword, aliases = [], required } of grammar.rows) {
    if (!required || call.inside(keyword, ...aliases) !== undefined) continue;
    call.complain('MISSING_KEYWORD', `it has no ${keyword}; ignoring it`, {
      hint: `add '${keyword} …'`,
    });
  }
}
