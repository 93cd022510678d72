export type { Box, KeyFile, NameFolders, NameTable } from './box.ts';
export { CATALOGUE, CATALOGUE_SECTIONS, type DiagnosticCode } from './catalogue.ts';
export {
  documentOf,
  type ConfigurationDocument,
  type LocatedDocument,
  type Origins,
} from './document/build.ts';
export { formatDocument } from './document/format.ts';
export { documentsInOrder } from './document/in-order.ts';
export { documentSchema } from './document/schema.ts';
export {
  formatDiagnostic,
  formatRelated,
  isFatal,
  type Diagnostic,
  type Span,
} from './diagnostic.ts';
export { configTestExitCode, type ConfigTestExitCode } from './exit-code.ts';
export { formatConfiguration, type Formatted } from './format/format.ts';
export type { Keyword } from './grammar.ts';
export { withFullHostName } from './full-host-name.ts';
export { hasWildcard, nameMatcher } from './glob.ts';
export { ROOT } from './keywords/root.ts';
export {
  judgeConfiguration,
  parseConfiguration,
  type Configuration,
  type ConfigurationSource,
} from './parse-configuration.ts';
export { keywordReference, type ReferenceRow, type ReferenceSection } from './reference.ts';
export type {
  GlobalSettings,
  BoundaryScriptSettings,
  MailSettings,
  NftablesSettings,
  PlaceSettings,
  ProcessSettings,
  NotifyFifoSettings,
  Settings,
} from './settings.ts';
export { ServerMemory } from './server-memory.ts';
export type { SourceFile, SourceReader } from './source.ts';
export { unsupportedKeywords } from './unsupported.ts';
export { findTraps } from './traps/find-traps.ts';
export type { Inspector, Outline } from './outline.ts';
export { clusterDiagnostics } from './cluster/cluster-diagnostics.ts';
export type { Member } from './cluster/member.ts';
export { visible } from './visible.ts';
