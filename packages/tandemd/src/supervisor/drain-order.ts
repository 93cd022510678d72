/** What an operator wants of real servers, from words to an order for the ipvs process. */
import { formatRealServer, formatVirtualServer, type VirtualServerKey } from '@tandem/health';
import { parseIp, type IpAddress } from '@tandem/inet';
import type { DrainOutcome, RealServerSnapshot, VirtualServerSnapshot } from '@tandem/status';
import { seconds } from '@tandem/time';
import type { DrainOrder } from '../ipc.ts';

/** As the control socket has it; all words. */
export interface DrainRequest {
  readonly action: DrainOrder['action'];
  /** ADDRESS or ADDRESS:PORT, IPv6 addresses with a port in brackets. */
  readonly server: string;
  /** The same of a virtual server, a group's name or a mark; absent: all. */
  readonly service?: string;
  /** Seconds; absent: no limit. */
  readonly timeout?: string;
}

/** A year: what is longer is a slip. */
const TIMEOUT_SECONDS_MAX = 31_536_000;

/** @returns the order, or what is wrong with the request, in words */
export function readDrainRequest(
  request: DrainRequest,
  virtualServers: readonly VirtualServerSnapshot[],
): { readonly order?: DrainOrder; readonly outcome: DrainOutcome } {
  const { action, server, service, timeout } = request;
  const misplaced = [server, service].find((each) => wrongPort(each) !== undefined);
  if (misplaced !== undefined)
    return misused(`'${misplaced}': '${wrongPort(misplaced)}' is no port: it is 0 to ${PORT_MAX}`);
  const wanted = parseEndpoint(server);
  if (wanted === undefined) return misused(`'${server}' is neither ADDRESS nor ADDRESS:PORT`);
  const limit = timeout === undefined ? undefined : Number(timeout);
  if (limit !== undefined && !(limit >= 0 && limit <= TIMEOUT_SECONDS_MAX))
    return misused(`'${timeout}' is no number of seconds up to a year`);
  const concerned = virtualServers
    .filter(({ key }) => service === undefined || isService(key, service))
    // What is configured no longer cannot come back.
    .map((each) => (action === 'drain' ? each : { ...each, realServers: configured(each) }))
    .map((each) => ({ ...each, ...splitServers(each, wanted) }))
    .filter(({ named }) => named.length > 0);
  const targets = concerned.flatMap(({ key, named }) =>
    named.map(({ address, port }) => ({ key, address, port })),
  );
  if (targets.length === 0) return refused(whatThereIs(request, virtualServers));
  const namesOf = (isWanted: (each: RealServerSnapshot) => boolean): readonly string[] =>
    concerned.flatMap(({ key, named }) =>
      named
        .filter(isWanted)
        .map((each) => `${formatRealServer(key, each)} of ${formatVirtualServer(key)}`),
    );
  const isIdle = ({ drain }: RealServerSnapshot): boolean =>
    action === 'undrain' && drain === undefined;
  const servers = namesOf((each) => !isIdle(each));
  const notDrained = namesOf(isIdle);
  const order: DrainOrder = {
    type: 'drain',
    action,
    targets,
    ...(limit !== undefined && { timeout: seconds(limit) }),
  };
  const warnings = action === 'drain' ? concerned.flatMap(whoIsLeft) : [];
  return { order, outcome: { accepted: true, servers, notDrained, warnings } };
}

function configured({ realServers }: VirtualServerSnapshot): readonly RealServerSnapshot[] {
  return realServers.filter(({ isRemoved }) => isRemoved !== true);
}

/** Those that are meant, and those that are given new connections beside them. */
function splitServers({ realServers }: VirtualServerSnapshot, wanted: Endpoint) {
  const isNamed = ({ address, port }: RealServerSnapshot): boolean =>
    matches(wanted, address, port);
  return {
    named: realServers.filter(isNamed),
    left: realServers.filter((each) => !isNamed(each) && (each.tableWeight ?? 0) > 0),
  };
}

function whoIsLeft({
  key,
  left,
  sorryServer,
}: VirtualServerSnapshot & { readonly left: readonly RealServerSnapshot[] }): readonly string[] {
  if (left.length > 0) return [];
  const who =
    sorryServer === undefined
      ? 'nobody serves it'
      : `sorry server ${formatRealServer(key, sorryServer)} serves it`;
  return [`${formatVirtualServer(key)} has no real server left: ${who}`];
}

/** Of more it is not shown which ones there are. */
const SHOWN_MAX = 5;

/** What somebody may have meant who asks for what is not there. */
function whatThereIs(
  { server, service }: DrainRequest,
  virtualServers: readonly VirtualServerSnapshot[],
): string {
  const meant = virtualServers.filter(
    ({ key }) => service === undefined || isService(key, service),
  );
  if (service !== undefined && meant.length === 0)
    return `no virtual server ${service}${listed(virtualServers.map(({ key }) => writtenKey(key)))}`;
  const which = service === undefined ? '' : ` of a virtual server ${service}`;
  return `no real server ${server}${which}${listed(meant.flatMap(configured).map(written))}`;
}

function listed(names: readonly string[]): string {
  const [...all] = new Set(names);
  if (all.length === 0) return ': there is none';
  const more = all.length > SHOWN_MAX ? ` and ${all.length - SHOWN_MAX} more` : '';
  return `: there ${all.length === 1 ? 'is' : 'are'} ${all.slice(0, SHOWN_MAX).join(', ')}${more}`;
}

/** As the command line takes it. */
function written({ address, port }: Pick<RealServerSnapshot, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function writtenKey(key: VirtualServerKey): string {
  if (key.kind === 'group') return key.name;
  return key.kind === 'fwmark' ? String(key.mark) : written(key);
}

function refused(problem: string): { readonly outcome: DrainOutcome } {
  return { outcome: { accepted: false, problem } };
}

function misused(problem: string): { readonly outcome: DrainOutcome } {
  return { outcome: { accepted: false, problem, misused: true } };
}

/** What an endpoint may leave open is its port. */
interface Endpoint {
  readonly address: IpAddress;
  readonly port: number | undefined;
}

const PORT_MAX = 65_535;

function parseEndpoint(text: string): Endpoint | undefined {
  const whole = parseIp(text.replace(/^\[(.*)\]$/, '$1'));
  if (whole !== undefined) return { address: whole, port: undefined };
  const parts = partsOf(text);
  return parts && isPort(parts.port) ? { ...parts, port: Number(parts.port) } : undefined;
}

/** @returns what stands after an address in the place of a port, and is none */
function wrongPort(text: string | undefined): string | undefined {
  const parts = text === undefined || parseIp(text) !== undefined ? undefined : partsOf(text);
  return parts === undefined || isPort(parts.port) ? undefined : parts.port;
}

/** @returns an address and what follows its colon */
function partsOf(text: string): { readonly address: IpAddress; readonly port: string } | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[(.+)\]|([^:]+)):(.*)$/.exec(text) ?? [];
  const address = parseIp(bracketed ?? plain ?? '');
  return address === undefined ? undefined : { address, port };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX;
}

function matches(wanted: Endpoint, address: IpAddress, port: number): boolean {
  return wanted.address === address && (wanted.port ?? port) === port;
}

function isService(key: VirtualServerKey, text: string): boolean {
  if (key.kind === 'fwmark') return String(key.mark) === text;
  if (key.kind === 'group') return key.name === text;
  const wanted = parseEndpoint(text);
  return wanted !== undefined && matches(wanted, key.address, key.port);
}
