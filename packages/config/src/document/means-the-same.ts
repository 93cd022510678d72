import { parseConfiguration } from '../parse-configuration.ts';
import type { Settings } from '../settings.ts';
import type { ConfigurationDocument } from './build.ts';
import { formatDocument } from './format.ts';

/**
 * A document has no order of blocks: what others refer to is written first. Only a file whose
 * global_defs comes after what it would reach means something else then.
 * @param document - of a configuration
 * @param settings - of the same
 * @returns whether the document, written and read again, gives the same settings
 */
export function meansTheSame(document: ConfigurationDocument, settings: Settings): boolean {
  const text = formatDocument(document);
  const reader = { read: (path: string) => [{ path, text }] };
  const again = parseConfiguration({ path: 'document', hostName: '', reader }).settings;
  return comparable(again) === comparable(settings);
}

/** Without what global_defs says of the box, which no order changes. */
function comparable(settings: Settings): string {
  return JSON.stringify({ ...settings, global: undefined });
}
