/**
 * Settings in terms of others that the receiver has: thousands of servers differ in an address and say
 * the same otherwise. What is the same need not be written, read, or kept a second time.
 */

/** A value without parts, of which nothing can be the same. */
type Plain = string | number | boolean | null | undefined;

/** A value as it is sent; of objects the first word says how. */
export type Difference =
  | Plain
  /** As it is. */
  | readonly ['whole', unknown]
  /** An object that has the same names, and other values where one is named. */
  | readonly ['with', Readonly<Record<string, Difference>>]
  /** Elements, each in terms of the one in the same place, or else of the one before it. */
  | readonly ['list', readonly Difference[]]
  /** All is the same. */
  | readonly ['same'];

const SAME: Difference = ['same'];

/**
 * @param value - what JSON can hold
 * @param base - what the receiver has already, such as another value of the same kind
 */
export function difference(value: unknown, base: unknown): Difference {
  if (value === base) return isPlain(value) ? value : SAME;
  if (isPlain(value)) return value;
  if (Array.isArray(value)) return Array.isArray(base) ? ofLists(value, base) : ['whole', value];
  return isRecord(value) && isRecord(base) ? ofRecords(value, base) : ['whole', value];
}

function ofLists(values: readonly unknown[], bases: readonly unknown[]): Difference {
  const list = values.map((each, i) => difference(each, baseAt(i, values, bases)));
  const isSame = (each: Difference, i: number): boolean => each === SAME || each === bases[i];
  return list.length === bases.length && list.every(isSame) ? SAME : ['list', list];
}

function ofRecords(
  value: Readonly<Record<string, unknown>>,
  base: Readonly<Record<string, unknown>>,
): Difference {
  const names = Object.keys(value);
  const baseNames = Object.keys(base);
  // What is written of a key is what it is known by: also the order of the names counts.
  if (names.length !== baseNames.length || names.some((name, i) => name !== baseNames[i]))
    return ['whole', value];
  let others: Record<string, Difference> | undefined;
  for (const name of names) {
    const own = value[name];
    const old = base[name];
    if (own === old) continue;
    // JSON leaves out what is undefined.
    if (own === undefined || old === undefined) return ['whole', value];
    const found = difference(own, old);
    if (found !== SAME) (others ??= {})[name] = found;
  }
  return others === undefined ? SAME : ['with', others];
}

/**
 * @param sent - what `difference` has made
 * @param base - the same as there
 * @returns the value; parts that are the same are those very objects
 */
export function applied(sent: Difference, base: unknown): unknown {
  if (!isWrapped(sent)) return sent;
  switch (sent[0]) {
    case 'whole':
      return sent[1];
    case 'same':
      return base;
    case 'list': {
      const made: unknown[] = [];
      const bases = Array.isArray(base) ? base : [];
      for (const [i, each] of sent[1].entries()) made.push(applied(each, baseAt(i, made, bases)));
      return made;
    }
    case 'with': {
      const made: Record<string, unknown> = { ...(base as object) };
      for (const name in sent[1]) made[name] = applied(sent[1][name], made[name]);
      return made;
    }
  }
}

function baseAt(i: number, values: readonly unknown[], bases: readonly unknown[]): unknown {
  return i < bases.length ? bases[i] : values[i - 1];
}

function isPlain(value: unknown): value is Plain {
  return typeof value !== 'object' || value === null;
}

function isWrapped(sent: Difference): sent is Exclude<Difference, Plain> {
  return typeof sent === 'object' && sent !== null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
