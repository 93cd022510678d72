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
