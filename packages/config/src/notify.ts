import type { NotifyScripts } from '@tandem/vrrp';
import type { Script } from './script-argument.ts';

/** The commands of an instance or a sync group as read. */
interface NotifyDraft {
  readonly notifyMaster?: Script;
  readonly notifyBackup?: Script;
  readonly notifyFault?: Script;
  readonly notifyStop?: Script;
  readonly notify?: Script;
  readonly notifyMasterRxLowerPri?: Script;
  readonly notifyDeleted?: Script | true;
}

/**
 * @param draft - of an instance or a sync group
 * @returns the commands that it names
 */
export function finishNotify(draft: NotifyDraft): NotifyScripts {
  return {
    ...(draft.notifyMaster && { master: draft.notifyMaster }),
    ...(draft.notifyBackup && { backup: draft.notifyBackup }),
    ...(draft.notifyFault && { fault: draft.notifyFault }),
    ...(draft.notifyStop && { stop: draft.notifyStop }),
    ...(draft.notify && { any: draft.notify }),
    ...(draft.notifyMasterRxLowerPri && { masterRxLowerPriority: draft.notifyMasterRxLowerPri }),
    ...(typeof draft.notifyDeleted === 'object' && { deleted: draft.notifyDeleted }),
  };
}
