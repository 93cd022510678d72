export { findAccount, type Account } from './account.ts';
export { atMost } from './at-most.ts';
export { composeMail, type Envelope, type Mail } from './mail-message.ts';
export { Mailer, type MailRoute } from './mailer.ts';
export { NotifyFifo, type FifoPlace } from './notify-fifo.ts';
export {
  findScript,
  programWeakness,
  scriptObstacle,
  scriptWeakness,
  type ScriptPath,
} from './script-path.ts';
export { ScriptLauncher, type Script, type ScriptPolicy } from './script-launcher.ts';
export { ScriptRunner } from './script-runner.ts';
export type { ScriptOutcome } from './script-outcome.ts';
export { ScriptWatcher, type WatchedScript } from './script-watch.ts';
