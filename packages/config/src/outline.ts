import type { VirtualServerSettings } from '@tandem/health';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { Call, Session } from './call.ts';
import type { OutlineIndex } from './outline-index.ts';
import type { Settings } from './settings.ts';
import type { Statement } from './tree.ts';

/** Settings with the statement that they come from. */
export interface Located<S> {
  readonly settings: S;
  readonly call: Call;
}

/** Settings and text side by side, for those who judge a configuration that has been understood. */
export interface Outline {
  readonly settings: Settings;
  readonly session: Session;
  readonly statements: readonly Statement[];
  readonly index: OutlineIndex;
  readonly instances: readonly Located<VrrpInstanceSettings>[];
  readonly virtualServers: readonly Located<VirtualServerSettings>[];
}

/** Looks at a configuration once it is understood; complaints go to the session's report. */
export type Inspector = (outline: Outline) => void;

/** An outline that is still growing. */
export interface OutlineDraft {
  readonly statements: Statement[];
  readonly instances: Located<VrrpInstanceSettings>[];
  readonly virtualServers: Located<VirtualServerSettings>[];
}
