import type { IpAddress } from '@tandem/inet';
import { integer, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, optional, type Form } from '../form.ts';
import { readForm } from '../read-form.ts';
import type { SyncDaemonSettings } from '../settings.ts';
import { isFirst } from './accepted.ts';
import { INTERFACE, multicast } from './forms.ts';

/** As read; the instance may not be there. */
export interface SyncDaemonDraft {
  readonly settings: SyncDaemonSettings;
  readonly call: Call;
}

const INSTANCE = word();

const WORDS = form(
  { interface: INTERFACE, instance: optional(INSTANCE) },
  {
    inst: { argument: INSTANCE, doc: 'The same as the second word.' },
    id: { argument: integer({ min: 0, max: 255 }), doc: 'Only boxes of one id hear each other.' },
    maxlen: {
      argument: integer({ min: 1, max: 65_507 }, { unit: 'bytes' }),
      doc: 'Most bytes of a packet.',
    },
    port: { argument: integer({ min: 1, max: 65_535 }) },
    ttl: { argument: integer({ min: 1, max: 255 }) },
    group: { argument: multicast() },
  },
);

/** `INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]` */
export const SYNC_DAEMON: Form = WORDS;

/**
 * Reads lvs_sync_daemon; of several the first counts.
 * @param draft - of global_defs
 * @param call - the statement
 */
export function applySyncDaemon(draft: { syncDaemon?: SyncDaemonDraft }, call: Call): void {
  if (!isFirst('lvs_sync_daemon', call)) return;
  const read = readForm(WORDS, call.arguments, call);
  if (read?.interface === undefined) return;
  const { id: syncId, maxlen: maximumLength, port, ttl } = read;
  const instance = read.inst ?? read.instance;
  const group: IpAddress | undefined = read.group;
  const settings: SyncDaemonSettings = {
    interface: read.interface,
    ...(instance !== undefined && { instance }),
    ...(syncId !== undefined && { syncId }),
    ...(maximumLength !== undefined && { maximumLength }),
    ...(port !== undefined && { port }),
    ...(ttl !== undefined && { ttl }),
    ...(group !== undefined && { group }),
  };
  draft.syncDaemon = { settings, call };
}
