export type {
  Authentication,
  GarpSettings,
  NotifyScripts,
  ScriptSettings,
  VirtualAddress,
  VrrpInstanceSettings,
} from './settings.ts';
