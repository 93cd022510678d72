/**
 * Fills in what a block leaves out from the blocks around it.
 * @param defaults - every field, with its last resort
 * @param layers - nearest first; fields that `defaults` lacks are left out
 * @returns for each field the first value that a layer has, else the default
 */
export function inherit<T extends object>(defaults: T, layers: readonly Partial<T>[]): T {
  const result = { ...defaults };
  for (const key of Object.keys(defaults) as (keyof T)[]) {
    const layer = layers.find((each) => each[key] !== undefined);
    const value = layer?.[key];
    if (value !== undefined) result[key] = value;
  }
  return result;
}

/**
 * @param layer - with more fields
 * @param keys - of those that are wanted
 * @returns those of them that have a value
 */
export function given<T extends object, K extends keyof T>(
  layer: T,
  keys: readonly K[],
): { [Key in K]?: Exclude<T[Key], undefined> } {
  const entries = keys.map((key) => [key, layer[key]] as const);
  const present = entries.filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [Key in K]?: Exclude<T[Key], undefined> };
}
