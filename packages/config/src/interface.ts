import type { Call } from './call.ts';
import type { Word } from './words.ts';

/** Complains about names of interfaces that the box does not have. */
export function complainUnknownInterfaces(names: readonly Word[], call: Call): void {
  for (const name of names) {
    if (call.session.box.hasInterface(name.text)) continue;
    call.complain('UNKNOWN_INTERFACE', `interface ${name.text} doesn't exist`, { at: name });
  }
}

/** Complains about `KEYWORD INTERFACE` where the box does not have it. */
export function judgeInterfaces(call: Call): void {
  complainUnknownInterfaces(call.arguments.slice(0, 1), call);
}
