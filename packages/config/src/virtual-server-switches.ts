/** What a virtual server does or does not, where it can. */
import type { RealServerSettings, VirtualServerSettings } from '@tandem/health';
import { ZERO } from '@tandem/time';
import type { Call } from './call.ts';
import type { VirtualServerDraft } from './keywords/virtual-server.ts';
import type { VirtualServerTarget } from './server-target.ts';

/** The virtual server as read. */
interface SwitchContext {
  readonly draft: VirtualServerDraft;
  readonly target: VirtualServerTarget;
  readonly call: Call;
}

/**
 * @param context - the block
 * @param servers - its real servers
 * @returns what is on; complains about what cannot be
 */
export function finishSwitches(
  context: SwitchContext,
  servers: readonly RealServerSettings[],
): Pick<VirtualServerSettings, 'haSuspend' | 'redirect' | 'shareChecks' | 'drainOnRemoval'> {
  return {
    ...(suspends(context) && { haSuspend: true }),
    ...(redirects(context, servers) && { redirect: true }),
    ...(shares(context) && { shareChecks: true }),
    ...drains(context),
  };
}

function shares({ draft: { globals, shareChecks = globals.shareChecks } }: SwitchContext): boolean {
  return shareChecks === true;
}

function drains({
  draft: { drainOnRemoval = ZERO },
}: SwitchContext): Pick<VirtualServerSettings, 'drainOnRemoval'> {
  return drainOnRemoval === ZERO ? {} : { drainOnRemoval };
}

/** A mark is on no box. */
function suspends({ draft: { haSuspend = false }, target, call }: SwitchContext): boolean {
  if (!haSuspend || kindsOf(target).every((kind) => kind !== 'fwmark')) return haSuspend;
  const message = 'ha_suspend does not go with a mark; ignoring it';
  call.complain('KEYWORD_CONFLICT', message, { at: call.inside('ha_suspend') });
  return false;
}

/** Only what is forwarded as it is comes with the virtual address, and a mark is not told apart. */
function redirects(
  { draft: { redirect = false }, target, call }: SwitchContext,
  servers: readonly RealServerSettings[],
): boolean {
  if (!redirect) return false;
  const hasAddress = kindsOf(target).some((kind) => kind !== 'fwmark');
  const isRouted = servers.some(({ forwarding }) => forwarding === 'DR');
  if (hasAddress && isRouted) return true;
  const other = hasAddress ? 'without lvs_method DR' : 'with a mark';
  const message = `redirect has no effect ${other}; ignoring it`;
  call.complain('KEYWORD_CONFLICT', message, { at: call.inside('redirect') });
  return false;
}

function kindsOf(target: VirtualServerTarget): readonly string[] {
  return (target.kind === 'group' ? target.members : [target]).map(({ kind }) => kind);
}
