import { seconds } from '@tandem/time';
import type { GlobalDraft } from './keywords/global-defs.ts';
import type { PlaceDraft } from './keywords/place.ts';
import type { GlobalSettings } from './settings.ts';

/** Dumps name hosts and scripts: nobody's business but the owner's. */
const UMASK = 0o177;

/** @returns where the daemon is, and how its files are to be */
export function finishPlace(
  draft: PlaceDraft & { readonly globals: GlobalDraft },
): Pick<GlobalSettings, 'place' | 'childWait' | 'dumpMode'> {
  const { netNamespace, ipvsNamespace, instanceName, globals } = draft;
  return {
    place: {
      ...(netNamespace !== undefined && { namespace: netNamespace }),
      ...(ipvsNamespace !== undefined && { ipvsNamespace }),
      ...(instanceName !== undefined && { instance: instanceName }),
      usesPidFolder: draft.usePidFolder ?? false,
      isInDumpNames: globals.dataUsesInstance ?? false,
    },
    childWait: draft.childWait ?? seconds(5),
    dumpMode: 0o666 & ~(globals.umask ?? UMASK),
  };
}
