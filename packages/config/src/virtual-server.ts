import type {
  CheckSettings,
  Protocol,
  RealServerSettings,
  SorryServerSettings,
  TunnelSettings,
  VirtualServerKey,
  VirtualServerSettings,
} from '@tandem/health';
import type { IpFamily } from '@tandem/inet';
import { ipFamily } from '@tandem/inet';
import { seconds, ZERO, type Duration } from '@tandem/time';
import type { Call } from './call.ts';
import { finishCheck } from './checker.ts';
import type { Forwarding } from './keywords/lvs-method.ts';
import type { RealServerDraft } from './keywords/real-server.ts';
import type { VirtualServerDraft } from './keywords/virtual-server.ts';
import {
  familyOf,
  finishMembers,
  needsProtocol,
  portsOf,
  type VirtualServerTarget,
} from './server-target.ts';
import { finishSwitches } from './virtual-server-switches.ts';
import { splitWords } from './words.ts';

/** Everything that the checks of one virtual server start from. */
interface Context {
  readonly draft: VirtualServerDraft;
  readonly target: VirtualServerTarget;
  readonly call: Call;
  readonly family: IpFamily;
}

/** What may be absent is added where it is there: objects that are made of others take longer. */
type MutableRealServer = { -readonly [K in keyof RealServerSettings]: RealServerSettings[K] };

const NAT: Forwarding = { method: 'NAT' };
const PERSISTENCE_DEFAULT = seconds(360);

/**
 * Fills in the defaults of a virtual server and checks what only the whole block shows.
 * @param draft - the block as read
 * @param target - what it listens on
 * @param call - the statement that opens the block
 * @returns the settings, or undefined when there is nothing to serve
 * @see inventory §4.2
 */
export function finishVirtualServer(
  draft: VirtualServerDraft,
  target: VirtualServerTarget,
  call: Call,
): VirtualServerSettings | undefined {
  if (draft.realServers.length === 0) return complainEmpty(call);
  const context: Context = { draft, target, call, family: familyOf(draft, target, call) };
  const key = finishKey(context);
  const persistence = finishPersistence(context);
  const scheduler = draft.scheduler ?? defaultScheduler(call);
  complainNoMethod(draft, call);
  const realServers = finishRealServers(context);
  if (realServers.length === 0) return complainEmpty(call);
  const sorryServer = finishSorryServer(context);
  const members = target.kind === 'group' ? finishMembers(context, target.members) : [];
  if (members === undefined) return undefined;
  const onePacket = finishOnePacket(context, key);
  const { quorum, hysteresis } = finishQuorum(draft, realServers, call);
  // Here and below, what may be absent comes last: objects of one shape are made much faster.
  return {
    key,
    scheduler,
    schedulerFlags: draft.schedulerFlags,
    onePacket,
    persistenceGranularity: finishGranularity(context),
    quorum,
    hysteresis,
    alpha: draft.alpha ?? false,
    omega: draft.omega ?? false,
    smtpAlert: draft.smtpAlert ?? globalAlert(draft) ?? false,
    realServers,
    ...persistence,
    ...(sorryServer && { sorryServer }),
    ...finishSwitches(context, realServers),
    ...(target.kind === 'group' && { members }),
    ...(draft.quorumUp && { quorumUp: draft.quorumUp }),
    ...(draft.quorumDown && { quorumDown: draft.quorumDown }),
  };
}

function complainEmpty(call: Call): undefined {
  call.complain('NO_REAL_SERVERS', 'it has no real servers; ignoring it', {
    severity: 'warning',
    hint: "add 'real_server ADDRESS PORT { … }'",
  });
}

/** Silent where the keyword is there, because then its value has been complained about. */
function defaultScheduler(call: Call): string {
  if (call.inside('lvs_sched', 'lb_algo') === undefined) {
    call.complain('NO_SCHEDULER', 'no scheduler set, setting default wlc', { severity: 'warning' });
  }
  return 'wlc';
}

function complainNoMethod(draft: VirtualServerDraft, call: Call): void {
  if (draft.forwarding !== undefined) return;
  if (draft.realServers.every((each) => each.forwarding !== undefined)) return;
  if (call.inside('lvs_method', 'lb_kind') !== undefined) return;
  call.complain('NO_FORWARDING_METHOD', 'no forwarding method set, setting default NAT', {
    severity: 'warning',
  });
}

function finishKey({ draft, target, call, family }: Context): VirtualServerKey {
  if (target.kind === 'fwmark') {
    if (draft.protocol !== undefined) {
      call.complain('PROTOCOL_OF_FWMARK', 'protocol specified for fwmark; ignoring it', {
        at: call.inside('protocol'),
        severity: 'warning',
      });
    }
    return { kind: 'fwmark', mark: target.mark, family };
  }
  if (target.kind === 'group') {
    const { kind, name, index, members } = target;
    const { protocol = needsProtocol(members) ? defaultProtocol(call) : undefined } = draft;
    return { kind, name, index, ...(protocol !== undefined && { protocol }) };
  }
  const { address, port } = target;
  return { kind: 'address', address, port, protocol: draft.protocol ?? defaultProtocol(call) };
}

function defaultProtocol(call: Call): Protocol {
  if (call.inside('protocol') !== undefined) return 'UDP';
  call.complain('NO_PROTOCOL', 'no protocol set; defaulting to UDP', {
    severity: 'warning',
    hint: "add 'protocol TCP' if that is what you serve",
  });
  return 'UDP';
}

function finishPersistence(
  context: Context,
): Pick<VirtualServerSettings, 'persistenceTimeout' | 'persistenceEngine'> {
  const persistenceTimeout = finishPersistenceTimeout(context);
  const { persistenceEngine } = context.draft;
  if (persistenceTimeout === undefined) return {};
  return { persistenceTimeout, ...(persistenceEngine !== undefined && { persistenceEngine }) };
}

function finishPersistenceTimeout({ draft, target, call }: Context): Duration | undefined {
  if (draft.persistenceTimeout !== undefined) return draft.persistenceTimeout;
  if (draft.persistenceGranularity !== undefined) return PERSISTENCE_DEFAULT;
  if (!portsOf(target).includes(0)) return undefined;
  call.complain(
    'PORT_ZERO_NEEDS_PERSISTENCE',
    'port 0 is only valid with persistence; persistence_timeout 360 is used',
    { severity: 'warning', hint: "add 'persistence_timeout 360'" },
  );
  return PERSISTENCE_DEFAULT;
}

function finishGranularity({ draft, target, call, family }: Context): number {
  const longest = family === 4 && target.kind !== 'group' ? 32 : 128;
  const place = call.inside('persistence_granularity');
  const isMask = place !== undefined && splitWords(place)[1]?.text.includes('.') === true;
  const { persistenceGranularity: length = longest } = draft;
  if (length <= longest && !(isMask && family === 6)) return length;
  call.complain(
    'INVALID_NETMASK',
    `persistence_granularity must be ${longest === 32 ? 'a netmask or 1–32' : '1–128'} with IPv${family}; ignoring it`,
    { at: place },
  );
  return longest;
}

function finishOnePacket({ draft, call }: Context, key: VirtualServerKey): boolean {
  if (!draft.onePacket) return false;
  if (key.kind === 'fwmark' || (key.protocol ?? 'UDP') === 'UDP') return true;
  call.complain('OPS_NEEDS_UDP', 'ops works with protocol UDP only; ignoring it', {
    at: call.inside('ops'),
  });
  return false;
}

function finishQuorum(
  draft: VirtualServerDraft,
  realServers: readonly RealServerSettings[],
  call: Call,
): { readonly quorum: number; readonly hysteresis: number } {
  let { quorum = 1, hysteresis = 0 } = draft;
  let total = 0;
  for (const { weight } of realServers) total += weight;
  if (quorum > total) {
    call.complain(
      'QUORUM_ABOVE_WEIGHTS',
      `quorum ${quorum} exceeds the total weight of real servers, ${total}; reducing it to ${total}`,
      { at: call.inside('quorum'), severity: 'warning' },
    );
    quorum = total;
  }
  if (hysteresis > 0 && hysteresis >= quorum) {
    const most = Math.max(0, quorum - 1);
    call.complain(
      'HYSTERESIS_ABOVE_QUORUM',
      `hysteresis ${hysteresis} must be below quorum ${quorum}; ${most} is used`,
      { at: call.inside('hysteresis'), severity: 'warning' },
    );
    hysteresis = most;
  }
  return { quorum, hysteresis };
}

/** What the virtual server says is of its own mails only. */
function inheritedAlert(parent: VirtualServerDraft): boolean {
  return globalAlert(parent) ?? true;
}

function globalAlert({ globals }: VirtualServerDraft): boolean | undefined {
  return globals.smtpAlertChecker ?? globals.smtpAlert;
}

function finishRealServers(context: Context): readonly RealServerSettings[] {
  const known = new Set<string>();
  const servers: RealServerSettings[] = [];
  for (const draft of context.draft.realServers) {
    const server = finishRealServer(draft, context);
    if (server === undefined) continue;
    const name = `${server.address} ${server.port}`;
    if (known.has(name)) {
      draft.call.complain(
        'DUPLICATE_REAL_SERVER',
        `real server ${name} is duplicated; removing it`,
      );
    } else {
      known.add(name);
      servers.push(server);
    }
  }
  // Here and elsewhere: what has grown keeps room for more, a copy does not.
  return [...servers];
}

function finishRealServer(
  draft: RealServerDraft,
  context: Context,
): RealServerSettings | undefined {
  const parent = context.draft;
  const { method: forwarding, tunnel } = draft.forwarding ?? parent.forwarding ?? NAT;
  if (ipFamily(draft.address) !== context.family && forwarding !== 'TUN') {
    draft.call.complain(
      'ADDRESS_FAMILY_MISMATCH',
      `real server ${draft.address} is not of the virtual server's family; skipping it`,
      { hint: 'only lvs_method TUN joins different families' },
    );
    return undefined;
  }
  const port = finishPort(draft, forwarding, context);
  const server: MutableRealServer = {
    address: draft.address,
    port,
    weight: draft.weight ?? parent.weight ?? 1,
    forwarding,
    inhibitOnFailure: draft.inhibitOnFailure ?? parent.inhibitOnFailure ?? false,
    upperThreshold: draft.upperThreshold ?? 0,
    lowerThreshold: draft.lowerThreshold ?? 0,
    smtpAlert: draft.smtpAlert ?? inheritedAlert(parent),
    checks: finishChecks(draft, parent, port),
  };
  addRest(server, draft, parent);
  return tunnel === undefined ? server : withTunnel(server, tunnel);
}

function addRest(
  server: MutableRealServer,
  draft: RealServerDraft,
  parent: VirtualServerDraft,
): void {
  const { notifyUp, notifyDown, slowStart = parent.slowStart ?? ZERO } = draft;
  if (slowStart !== ZERO) server.slowStart = slowStart;
  if (notifyUp !== undefined) server.notifyUp = notifyUp;
  if (notifyDown !== undefined) server.notifyDown = notifyDown;
}

/** Where it is shown, it stands beside the method that it is of. */
function withTunnel(server: RealServerSettings, tunnel: TunnelSettings): RealServerSettings {
  const { address, port, weight, forwarding, ...others } = server;
  return { address, port, weight, forwarding, tunnel, ...others };
}

/** Those without any can be many. */
const NO_CHECKS: readonly CheckSettings[] = [];

function finishChecks(
  draft: RealServerDraft,
  parent: VirtualServerDraft,
  port: number,
): readonly CheckSettings[] {
  if (draft.checkers.length === 0) return NO_CHECKS;
  const place = { draft, parent, port: draft.port || port };
  return draft.checkers.map((each) => finishCheck(each, place));
}

function complainGroupPorts(call: Call, port: number, target: VirtualServerTarget): void {
  const other = portsOf(target).find((each) => each !== port);
  if (other === undefined) return;
  call.complain(
    'PORTS_DIFFER',
    `packets keep the ports of the group, ${other} for one, got ${port}`,
    { severity: 'warning', at: call.argument(2) },
  );
}

/** A sorry server without a port leaves packets theirs, also where they could get another one. */
function finishSorryServer({
  draft,
  target,
  call,
  family,
}: Context): SorryServerSettings | undefined {
  const { sorryServer } = draft;
  if (sorryServer === undefined) return undefined;
  const { address, port, inhibit } = sorryServer;
  const { method: forwarding, tunnel } = sorryServer.forwarding ?? draft.forwarding ?? NAT;
  if (ipFamily(address) !== family && forwarding !== 'TUN') {
    call.complain(
      'ADDRESS_FAMILY_MISMATCH',
      `sorry_server ${address} is not of the virtual server's family; skipping it`,
      { at: call.inside('sorry_server'), hint: 'only lvs_method TUN joins different families' },
    );
    return undefined;
  }
  const kept = target.kind === 'address' ? target.port : 0;
  return {
    address,
    port: forwarding === 'NAT' || target.kind === 'group' ? port : kept,
    forwarding,
    ...(tunnel !== undefined && { tunnel }),
    inhibit,
  };
}

/** A forwarded packet keeps its port with DR and TUN, and with a mark there is none to change to. */
function finishPort(draft: RealServerDraft, forwarding: string, { target }: Context): number {
  const { call, port } = draft;
  if (target.kind === 'fwmark') {
    if (port !== undefined && port !== 0) {
      if (forwarding === 'NAT') return port;
      call.complain('PORT_OF_FWMARK', `real server ${draft.address} has a port; clearing it`, {
        severity: 'warning',
        hint: 'a fwmark has no port',
      });
    }
    return 0;
  }
  if (target.kind === 'group') {
    if (port === undefined || port === 0 || forwarding === 'NAT') return port ?? 0;
    complainGroupPorts(draft.call, port, target);
    return port;
  }
  if (port === undefined || port === 0 || port === target.port) return target.port;
  if (forwarding === 'NAT') return port;
  call.complain(
    'PORTS_DIFFER',
    `with ${forwarding} the port must be that of the virtual server, ${target.port}, got ${port}; ${target.port} is used`,
    { severity: 'warning', at: call.argument(2) },
  );
  return target.port;
}
