export type { Diagnostic, Span } from './diagnostic.ts';
export type { GlobalSettings, MailSettings, Settings } from './settings.ts';
