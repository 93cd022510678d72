/**
 * What to ask the kernel so that its table becomes the wanted one. Knows nothing of how the table
 * was meant to come about: it compares what is with what should be, and leaves the rest alone.
 */
import type { IpAddress } from '@tandem/inet';
import type { TableChange } from './change.ts';
import { formatServiceKey } from './key.ts';
import type { DesiredService, Destination, Service, ServiceKey, Tunnel } from './table.ts';

/** IP_VS_SVC_F_PERSISTENT: only then do timeout, netmask and engine mean anything. */
const PERSISTENT = 1;

/** IP_VS_SVC_F_HASHED: the kernel's own note, reported but not ours to set. */
const HASHED = 2;

const NOTHING: readonly TableChange[] = [];

/** What the difference looks at in a table read from the kernel; counters do not matter. */
export interface TableEntry extends Service {
  readonly destinations: readonly Destination[];
}

/**
 * The shortest list of changes that makes our part of the table as desired. Order: services that
 * go, then for each desired service the service itself, destinations that come, change, and go —
 * so a service is never left without destinations on the way.
 * @param desired - services that must stand, with exactly these destinations
 * @param actual - the kernel's table; an entry that is the desired object itself is as desired
 * @param abandoned - services that were ours until now; other services that are not desired belong
 *   to somebody else and stay
 * @returns requests in the order they must be sent; empty when nothing differs
 */
export function diff(
  desired: readonly DesiredService[],
  actual: readonly TableEntry[],
  abandoned: readonly ServiceKey[] = [],
): readonly TableChange[] {
  const places = abandoned.length === 0 ? samePlaces(desired, actual) : undefined;
  if (places !== undefined)
    return places.flatMap(({ service, before }) => serviceChanges(service, before));
  const actualByKey = firstBy(actual, ({ key }) => formatServiceKey(key));
  const desiredByKey = firstBy(desired, ({ key }) => formatServiceKey(key));
  const changes: TableChange[] = [];
  for (const key of new Map(abandoned.map((each) => [formatServiceKey(each), each])).values()) {
    const text = formatServiceKey(key);
    if (actualByKey.has(text) && !desiredByKey.has(text))
      changes.push({ type: 'delete-service', key });
  }
  for (const [text, service] of desiredByKey) {
    changes.push(...serviceChanges(service, actualByKey.get(text)));
  }
  return changes;
}

/** A service that is wanted otherwise, in the place of the one that it was. */
interface Place {
  readonly service: DesiredService;
  readonly before: TableEntry;
}

/**
 * Some servers of thousands of services go, come back or change: names of all need not be compared.
 * @returns where the two tables differ; undefined when they differ in what is there at all, or
 *   something may be there twice
 */
function samePlaces(
  desired: readonly DesiredService[],
  actual: readonly TableEntry[],
): readonly Place[] | undefined {
  if (desired.length !== actual.length) return undefined;
  const places: Place[] = [];
  for (const [i, service] of desired.entries()) {
    const before = actual[i];
    if (service === before) continue;
    if (before === undefined || !isSameKey(service.key, before.key)) return undefined;
    places.push({ service, before });
  }
  // What is there twice counts once.
  return isTwice(desired, places) ? undefined : places;
}

/** @returns whether the table has one of these twice; most are told apart by parts of their names */
function isTwice(services: readonly DesiredService[], places: readonly Place[]): boolean {
  if (places.length === 0) return false;
  const keys = places.map(({ service }) => service.key);
  const [hosts, ports] = [new Set(keys.map(hostOf)), new Set(keys.map(portOf))];
  const names = new Set(keys.map(formatServiceKey));
  let found = 0;
  for (const { key } of services)
    if (hosts.has(hostOf(key)) && ports.has(portOf(key)) && names.has(formatServiceKey(key)))
      found += 1;
  return found > names.size;
}

function isSameKey(one: ServiceKey, other: ServiceKey): boolean {
  return one === other || formatServiceKey(one) === formatServiceKey(other);
}

function hostOf(key: ServiceKey): IpAddress | number {
  return key.kind === 'fwmark' ? key.mark : key.address;
}

function portOf(key: ServiceKey): number {
  return key.kind === 'fwmark' ? key.family : key.port;
}

/** What is there twice counts once, the first: also in a table that was desired before. */
function firstBy<T>(items: readonly T[], name: (item: T) => string): Map<string, T> {
  const byName = new Map<string, T>();
  for (const each of items) {
    const text = name(each);
    if (!byName.has(text)) byName.set(text, each);
  }
  return byName;
}

function serviceChanges(
  desired: DesiredService,
  actual: TableEntry | undefined,
): readonly TableChange[] {
  if (desired === actual) return NOTHING;
  if (actual === undefined) return additions(desired);
  const { destinations, ...service } = desired;
  const changes = destinationChanges(desired.key, destinations, actual.destinations);
  return sameService(desired, actual) ? changes : [{ type: 'edit-service', service }, ...changes];
}

/** Thousands are added at a start: nothing is made for them but what the kernel is asked for. */
function additions(service: DesiredService): readonly TableChange[] {
  const { key, destinations } = service;
  const changes: TableChange[] = [{ type: 'add-service', service }];
  for (const destination of distinct(destinations))
    changes.push({ type: 'add-destination', key, destination });
  return changes;
}

/** In a list that is as short as most, what is there twice is found sooner without all their names. */
const SHORT = 8;

function distinct(destinations: readonly Destination[]): Iterable<Destination> {
  if (destinations.length > SHORT) return firstBy(destinations, endpoint).values();
  const isFirst = ({ address, port }: Destination, i: number): boolean =>
    destinations.findIndex((each) => each.address === address && each.port === port) === i;
  return destinations.every(isFirst) ? destinations : destinations.filter(isFirst);
}

function destinationChanges(
  key: ServiceKey,
  desired: readonly Destination[],
  actual: readonly Destination[],
): TableChange[] {
  const actualByEndpoint = firstBy(actual, endpoint);
  const desiredByEndpoint = firstBy(desired, endpoint);
  const added: TableChange[] = [];
  const edited: TableChange[] = [];
  for (const [text, destination] of desiredByEndpoint) {
    const present = actualByEndpoint.get(text);
    if (present === undefined) added.push({ type: 'add-destination', key, destination });
    else if (!sameDestination(destination, present))
      edited.push({ type: 'edit-destination', key, destination });
  }
  const deleted = [...actualByEndpoint]
    .filter(([text]) => !desiredByEndpoint.has(text))
    .map(([, { address, port }]): TableChange => ({
      type: 'delete-destination',
      key,
      address,
      port,
    }));
  return [...added, ...edited, ...deleted];
}

function endpoint(destination: Destination): string {
  return `${destination.address} ${destination.port}`;
}

function sameService(desired: Service, actual: Service): boolean {
  if (desired.scheduler !== actual.scheduler) return false;
  if ((desired.flags | HASHED) !== (actual.flags | HASHED)) return false;
  if ((desired.persistenceEngine ?? '') !== (actual.persistenceEngine ?? '')) return false;
  if ((desired.flags & PERSISTENT) === 0) return true;
  return (
    desired.timeoutSeconds === actual.timeoutSeconds && desired.netmaskBits === actual.netmaskBits
  );
}

/** Some kernels turn the method of a destination with a local address into Local. */
function sameDestination(desired: Destination, actual: Destination): boolean {
  return (
    (actual.forwarding === 'Local' ||
      (desired.forwarding === actual.forwarding && sameTunnel(desired.tunnel, actual.tunnel))) &&
    desired.weight === actual.weight &&
    desired.upperThreshold === actual.upperThreshold &&
    desired.lowerThreshold === actual.lowerThreshold
  );
}

function sameTunnel(a: Tunnel | undefined, b: Tunnel | undefined): boolean {
  return a?.type === b?.type && a?.port === b?.port && a?.checksum === b?.checksum;
}
