import type { VirtualServerKey } from '@tandem/health';
import { formatAge } from './age.ts';
import { judge } from './health.ts';
import { countServers, whyNone } from './service.ts';
import type {
  BfdSessionSnapshot,
  RealServerSnapshot,
  StaticSnapshot,
  StatusSnapshot,
  VirtualServerSnapshot,
  VrrpInstanceSnapshot,
} from './snapshot.ts';
import { columns } from './table.ts';

/**
 * The page that `tandemctl status` prints: what runs, who is master and why, which real servers
 * have traffic and why not, and last, labelled, what is wrong.
 * @param snapshot - as read from the control socket
 * @param nowEpochMs - milliseconds since 1970, for ages
 * @returns lines, each ended by a line feed
 */
export function formatStatus(snapshot: StatusSnapshot, nowEpochMs: number): string {
  const lines = [
    `${snapshot.host}: ${judge(snapshot)}  (tandem ${snapshot.tandem}, ${snapshot.configurationFile}, ` +
      `loaded ${formatAge(nowEpochMs - snapshot.loadedEpochMs)} ago)`,
    ...columns(
      snapshot.processes.map((each) => processRow(each, nowEpochMs)),
      2,
    ),
    ...section('VRRP', vrrpLines(snapshot.vrrp, nowEpochMs)),
    ...section('Static', staticLines(snapshot.statics)),
    ...section('BFD', sessionLines(snapshot.bfd)),
    ...section('Virtual servers', serverLines(snapshot.virtualServers, nowEpochMs)),
    ...section('Problems', problemLines(snapshot, nowEpochMs)),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function processRow(each: StatusSnapshot['processes'][number], nowEpochMs: number): string[] {
  return [
    each.name,
    each.pid === undefined ? 'not running' : `pid ${each.pid}`,
    `up ${formatAge(nowEpochMs - each.startedEpochMs)}`,
    each.rssBytes === undefined ? '' : `${Math.round(each.rssBytes / 1_048_576)} MiB`,
    each.restarts === 0 ? '' : `restarted ${each.restarts} time${each.restarts === 1 ? '' : 's'}`,
  ];
}

function vrrpLines(instances: readonly VrrpInstanceSnapshot[], nowEpochMs: number): string[] {
  if (instances.length === 0) return [];
  const header = ['Name', 'Interface', 'VRID', 'State', 'Since', 'Priority', 'Master', 'Adverts'];
  const rows = instances.map((each) => [
    each.name,
    each.interface,
    String(each.virtualRouterId),
    each.state,
    formatAge(nowEpochMs - each.lastTransitionEpochMs),
    each.effectivePriority === each.basePriority
      ? String(each.effectivePriority)
      : `${each.effectivePriority} (base ${each.basePriority})`,
    masterOf(each),
    `${each.counters.advert_sent} sent, ${each.counters.advert_rcvd} received`,
  ]);
  const [head = '', ...body] = columns([header, ...rows], 2);
  const lines = [head];
  for (const [i, each] of instances.entries()) {
    lines.push(body[i] ?? '');
    lines.push(...holdingLines(each));
    if (each.syncGroup !== undefined) lines.push(`    in sync group ${each.syncGroup}`);
    lines.push(...routerLines(each, nowEpochMs), ...trailerLines(each));
    lines.push(...reasonLines(each, nowEpochMs), ...priorityLines(each, nowEpochMs));
  }
  return lines;
}

function holdingLines({
  state,
  addresses,
  strangers = [],
  redirects = [],
  virtualInterface,
  routes,
  rules,
}: VrrpInstanceSnapshot): string[] {
  const [holds, sets] = state === 'MASTER' ? ['holds', 'sets'] : ['does not hold', 'does not set'];
  const where = virtualInterface === undefined ? '' : ` on ${virtualInterface}`;
  return [
    ...(addresses.length > 0 ? [`    ${holds} ${addresses.join(', ')}${where}`] : []),
    ...[...strangers, ...redirects].map((each) => `    ${each}`),
    ...routes.map((each) => `    ${sets} route ${each}`),
    ...rules.map((each) => `    ${sets} rule ${each}`),
  ];
}

function routerLines({ state, routerAdvert }: VrrpInstanceSnapshot, nowEpochMs: number): string[] {
  if (routerAdvert === undefined) return [];
  if (state !== 'MASTER') return ['    sends no router advertisements: it is not master'];
  const { sent, solicited, lastSentEpochMs, problems } = routerAdvert;
  const noun = solicited === 1 ? 'solicitation' : 'solicitations';
  const last =
    lastSentEpochMs === undefined
      ? ''
      : `, the last one ${formatAge(nowEpochMs - lastSentEpochMs)} ago`;
  return [
    `    router advertisements: ${sent} sent${last}; ${solicited} ${noun} heard`,
    ...problems.map((each) => `    ${each}`),
  ];
}

function trailerLines({ hmac }: VrrpInstanceSnapshot): string[] {
  if (hmac === undefined) return [];
  const { mode, activeKey, signers } = hmac;
  const signs = mode === 'receive-only' ? 'does not sign' : `signs with key ${activeKey}`;
  const heard = signers.length === 0 ? 'nobody' : signers.join(', ');
  return [`    ${signs} (auth_hmac, mode ${mode}), hears signed adverts of ${heard}`];
}

function staticLines(statics: readonly StaticSnapshot[]): string[] {
  const rows = statics.map(({ kind, text, problem }) => [kind, text, problem ?? 'set']);
  return columns(rows, 2);
}

function reasonLines(
  { state, reasons, faults }: VrrpInstanceSnapshot,
  nowEpochMs: number,
): string[] {
  if (state !== 'FAULT') return reasons.map((reason) => `    ${reason}`);
  return faults.map(
    ({ reason, sinceEpochMs }) => `    ${reason}, for ${formatAge(nowEpochMs - sinceEpochMs)}`,
  );
}

function sessionLines(sessions: readonly BfdSessionSnapshot[]): string[] {
  if (sessions.length === 0) return [];
  const header = ['Name', 'Neighbour', 'State', 'Detection', 'Sends every', 'Why'];
  const rows = sessions.map((each) => [
    each.name,
    each.neighbour,
    each.state,
    each.detectionTimeMs === undefined ? '-' : `${each.detectionTimeMs} ms`,
    each.transmitIntervalMs === undefined ? '-' : `${each.transmitIntervalMs} ms`,
    whyNotUp(each),
  ]);
  return columns([header, ...rows], 2);
}

function whyNotUp({ state, diagnostic, detectionTimeMs, ...remote }: BfdSessionSnapshot): string {
  if (state === 'Up') return '';
  if (detectionTimeMs === undefined) return `${diagnostic}, nobody heard`;
  return `${diagnostic}, the other end is ${remote.remoteState}: ${remote.remoteDiagnostic}`;
}

/** The sum that the priority is, for an instance that follows something. */
function priorityLines(
  { basePriority, trackers }: VrrpInstanceSnapshot,
  nowEpochMs: number,
): string[] {
  if (trackers.length === 0) return [];
  const rows = trackers.map(({ contribution, fault, detail, sinceEpochMs }) => [
    fault ? 'FAULT' : `${contribution < 0 ? '' : '+'}${contribution}`,
    sinceEpochMs === undefined ? detail : `${detail}, for ${formatAge(nowEpochMs - sinceEpochMs)}`,
  ]);
  return columns([[String(basePriority), 'base priority'], ...rows], 4);
}

function masterOf(instance: VrrpInstanceSnapshot): string {
  if (instance.state === 'MASTER') return 'this node';
  const { master } = instance;
  return master === undefined ? 'nobody heard' : `${master.address} (${master.priority})`;
}

function serverLines(servers: readonly VirtualServerSnapshot[], nowEpochMs: number): string[] {
  if (servers.length === 0) return [];
  const rows: string[][] = [['Prot', 'LocalAddress:Port', 'Scheduler', 'Health', 'Why']];
  for (const server of servers) {
    const { sorryServer } = server;
    rows.push([
      ...keyCells(server.key),
      schedulerOf(server),
      server.quorumUp ? 'up' : 'DOWN',
      whyServed(server),
    ]);
    if (sorryServer !== undefined) {
      const { address, port, serves } = sorryServer;
      const doing = serves ? 'serves' : 'waits';
      rows.push(['  ->', endpoint(address, port), 'sorry server', doing, '']);
    }
    for (const real of server.realServers) rows.push(realServerRow(server, real, nowEpochMs));
  }
  return columns(rows, 2);
}

/** What the kernel has, where that is not what is configured. */
function schedulerOf({ scheduler, refused = [] }: VirtualServerSnapshot): string {
  const others = new Set(refused.map((each) => each.scheduler ?? 'none'));
  others.delete(scheduler);
  return others.size === 0 ? scheduler : `${[...others].join(', ')}, not ${scheduler}`;
}

function whyServed(server: VirtualServerSnapshot): string {
  const { weightSum, quorum } = server;
  const { configured, usable } = countServers([server]);
  const why = whyNone(server);
  const cause = why === undefined ? '' : ` (${why})`;
  const [refused, ...others] = server.refused ?? [];
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  const refusal = refused === undefined ? '' : `; the kernel refuses it: ${refused.why}${more}`;
  return `${usable} of ${configured} up${cause}, weight ${weightSum}, quorum ${quorum}${refusal}`;
}

function realServerRow(
  { isSuspended }: VirtualServerSnapshot,
  real: RealServerSnapshot,
  nowEpochMs: number,
): string[] {
  const checks = real.checks.map((check) => {
    const when =
      check.lastRunEpochMs === undefined
        ? 'not run yet'
        : `${formatAge(nowEpochMs - check.lastRunEpochMs)} ago`;
    return `${check.type} ${check.detail === '' ? '' : `${check.detail}, `}${when}`;
  });
  const { tableWeight = 0 } = real;
  const pause = isSuspended === true ? '; suspended, as its address is not here' : '';
  return [
    '  ->',
    endpoint(real.address, real.port),
    tableWeight === real.weight
      ? `weight ${real.weight}`
      : `weight ${tableWeight} of ${real.weight}`,
    stateOf(real, nowEpochMs),
    checks.length === 0 ? 'not checked' : `${checks.join('; ')}${pause}`,
  ];
}

function stateOf(
  { up, drain, drainEndsEpochMs, isRemoved }: RealServerSnapshot,
  nowEpochMs: number,
): string {
  const limit =
    drainEndsEpochMs === undefined
      ? ''
      : ` for ${formatAge(drainEndsEpochMs - nowEpochMs)} at most`;
  if (isRemoved === true) return `removed, draining${limit}`;
  if (drain?.isDone === true) return 'drained';
  if (!up) return 'DOWN';
  return drain === undefined ? 'up' : `draining${limit}`;
}

function keyCells(key: VirtualServerKey): [string, string] {
  if (key.kind === 'fwmark') return ['FWM', `${key.mark}${key.family === 6 ? ' IPv6' : ''}`];
  if (key.kind === 'group')
    return [
      key.protocol ?? 'FWM',
      `group ${key.name}${key.index > 0 ? ` (${key.index + 1})` : ''}`,
    ];
  return [key.protocol, endpoint(key.address, key.port)];
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function problemLines(snapshot: StatusSnapshot, nowEpochMs: number): string[] {
  const lines = snapshot.problems.map((problem) => `  ${problem}`);
  const reload = snapshot.lastReload;
  if (reload !== undefined && !reload.accepted) {
    const age = formatAge(nowEpochMs - reload.epochMs);
    lines.push(`  the reload ${age} ago was refused; the configuration before it is running`);
    lines.push(...reload.diagnostics.map((diagnostic) => `    ${diagnostic}`));
  }
  return lines;
}
