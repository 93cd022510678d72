import { COMMAND } from '../form.ts';
import type { Keyword } from '../grammar.ts';
import { readScript, type Script } from '../script-argument.ts';

/** The fields of a draft that hold a command. */
type ScriptField<D> = {
  [K in keyof D & string]-?: Exclude<D[K], undefined> extends Script ? K : never;
}[keyof D & string];

/**
 * A row for a keyword whose line is a command.
 * @param row - keyword, the draft's field and a line for the reference; `first` keeps the first of
 *   several and calls the later ones an error
 * @returns the row
 */
export function scriptRow<D extends { [K in F]?: Script }, F extends ScriptField<D>>(row: {
  readonly keyword: string;
  readonly set: F;
  readonly doc: string;
  readonly bare?: 'error';
}): Keyword<D> {
  return {
    kind: 'custom',
    keyword: row.keyword,
    doc: row.doc,
    ...(row.bare && { bare: row.bare }),
    form: COMMAND,
    firstCounts: true,
    apply(draft, call) {
      const script = readScript(call);
      if (script === undefined) return;
      if (draft[row.set] === undefined) {
        Object.assign(draft, { [row.set]: script });
        return;
      }
      call.complain('DUPLICATE_SCRIPT', `${row.keyword} is given twice; the first one is kept`);
    },
  };
}
