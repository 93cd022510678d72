/**
 * Settings in terms of others that the receiver has: thousands of servers differ in an address and say
 * the same otherwise. What is the same need not be written, read, or kept a second time.
 */

/** A value without parts, of which nothing can be the same. */
type Plain = string | number | boolean | null | undefined;

/** Of an object that is sent as it is. Nothing that is told of a server has this name. */
const WHOLE = '=';

/**
 * A value as it is sent: of an object the names that have other values, of a list all elements, each
 * in terms of the one in the same place, or else of the one before it. Where all is the same that is an
 * object without names.
 */
export type Difference = Plain | readonly Difference[] | { readonly [name: string]: unknown };

type Fields = Readonly<Record<string, unknown>>;

const SAME: Difference = {};

/**
 * @param value - what JSON can hold
 * @param base - what the receiver has already, such as another value of the same kind
 */
export function difference(value: unknown, base: unknown): Difference {
  if (isPlain(value)) return value;
  if (value === base) return SAME;
  if (isPlain(base) || Array.isArray(value) !== Array.isArray(base)) return { [WHOLE]: value };
  return Array.isArray(value)
    ? ofLists(value, base as readonly unknown[])
    : ofRecords(value as Fields, base as Fields);
}

function ofLists(values: readonly unknown[], bases: readonly unknown[]): Difference {
  const list: Difference[] = [];
  let isSame = values.length === bases.length;
  for (let i = 0; i < values.length; i += 1) {
    const each = difference(values[i], baseAt(i, values, bases));
    isSame &&= each === SAME || each === bases[i];
    list.push(each);
  }
  return isSame ? SAME : list;
}

/** Names are to be in their order, too: what is written of a key is what it is known by. */
function ofRecords(value: Fields, base: Fields): Difference {
  const names = Object.keys(base);
  let others: Record<string, Difference> | undefined;
  let place = 0;
  for (const name in value) {
    const own = value[name];
    const old = base[name];
    // JSON leaves out what is undefined.
    const isOther = own !== old && (own === undefined || old === undefined);
    if (names[place] !== name || isOther) return { [WHOLE]: value };
    place += 1;
    if (own === old) continue;
    const found = difference(own, old);
    if (found !== SAME) (others ??= {})[name] = found;
  }
  if (place !== names.length) return { [WHOLE]: value };
  return others ?? SAME;
}

/**
 * @param sent - what `difference` has made
 * @param base - the same as there
 * @returns the value; parts that are the same are those very objects
 * @throws Error when it is told in terms of what the base has not
 */
export function applied(sent: Difference, base: unknown): unknown {
  if (isPlain(sent)) return sent;
  if (Array.isArray(sent)) return listOf(sent, Array.isArray(base) ? base : []);
  const fields = sent as Fields;
  if (WHOLE in fields) return fields[WHOLE];
  if (isPlain(base)) throw new Error('settings are told in terms of others that are not here');
  let made: Record<string, unknown> | undefined;
  for (const name in fields) {
    made ??= { ...(base as Fields) };
    made[name] = applied(fields[name] as Difference, made[name]);
  }
  return made ?? base;
}

function listOf(list: readonly Difference[], bases: readonly unknown[]): readonly unknown[] {
  const made: unknown[] = [];
  for (let i = 0; i < list.length; i += 1) made.push(applied(list[i], baseAt(i, made, bases)));
  return made;
}

function baseAt(i: number, values: readonly unknown[], bases: readonly unknown[]): unknown {
  return i < bases.length ? bases[i] : values[i - 1];
}

function isPlain(value: unknown): value is Plain {
  return typeof value !== 'object' || value === null;
}
