import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipFromBytes, type IpAddress } from '@tandem/inet';
import {
  diff,
  formatServiceKey,
  type DesiredService,
  type Destination,
  type ServiceKey,
  type TableChange,
} from '../src/index.ts';

const VIP = ipFromBytes(Uint8Array.of(10, 30, 6, 110));
const BOX1 = ipFromBytes(Uint8Array.of(10, 30, 6, 111));
const BOX2 = ipFromBytes(Uint8Array.of(10, 30, 6, 112));

function destination(address: IpAddress, changes: Partial<Destination> = {}): Destination {
  return {
    address,
    port: 80,
    forwarding: 'Route',
    weight: 100,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...changes,
  };
}

function service(port: number, changes: Partial<DesiredService> = {}): DesiredService {
  return {
    key: { kind: 'address', protocol: 6, address: VIP, port },
    scheduler: 'rr',
    flags: 0,
    timeoutSeconds: 0,
    netmaskBits: 32,
    destinations: [destination(BOX1), destination(BOX2)],
    ...changes,
  };
}

/** A kernel in a few lines: refuses what the kernel refuses. */
function apply(
  table: readonly DesiredService[],
  changes: readonly TableChange[],
): readonly DesiredService[] {
  const services = new Map(table.map((each) => [formatServiceKey(each.key), each]));
  for (const change of changes) applyOne(services, change);
  return [...services.values()];
}

function applyOne(services: Map<string, DesiredService>, change: TableChange): void {
  const text = formatServiceKey('service' in change ? change.service.key : change.key);
  const present = services.get(text);
  if (change.type === 'add-service') {
    if (present !== undefined) throw new Error(`EEXIST ${text}`);
    services.set(text, { ...change.service, destinations: [] });
    return;
  }
  if (present === undefined) throw new Error(`ESRCH ${text}`);
  if (change.type === 'delete-service') services.delete(text);
  else if ('service' in change)
    services.set(text, { ...change.service, destinations: present.destinations });
  else services.set(text, { ...present, destinations: changeDestinations(present, change) });
}

function changeDestinations(
  { destinations }: DesiredService,
  change: Extract<TableChange, { address: string } | { destination: Destination }>,
): readonly Destination[] {
  const target = 'destination' in change ? change.destination : change;
  const others = destinations.filter(
    (each) => each.address !== target.address || each.port !== target.port,
  );
  const exists = others.length < destinations.length;
  if (exists === (change.type === 'add-destination')) throw new Error('EEXIST or ENOENT');
  return 'destination' in change ? [...others, change.destination] : others;
}

const address = fc.integer({ min: 1, max: 4 }).map((n) => ipFromBytes(Uint8Array.of(10, 0, 0, n)));
const anyDestination = fc.record({
  address,
  port: fc.constantFrom(80, 81),
  forwarding: fc.constantFrom('Masq' as const, 'Route' as const, 'Tunnel' as const),
  weight: fc.integer({ min: 0, max: 2 }),
  upperThreshold: fc.constantFrom(0, 9),
  lowerThreshold: fc.constant(0),
});
const anyKey: fc.Arbitrary<ServiceKey> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom(6, 17),
    address,
    port: fc.constantFrom(53, 80),
  }),
  fc.record({
    kind: fc.constant('fwmark' as const),
    mark: fc.constantFrom(1, 2),
    family: fc.constantFrom(4 as const, 6 as const),
  }),
);
const anyTable = fc.uniqueArray(
  fc.record({
    key: anyKey,
    scheduler: fc.constantFrom('rr', 'wlc'),
    flags: fc.constantFrom(0, 1),
    timeoutSeconds: fc.constantFrom(60, 300),
    netmaskBits: fc.constantFrom(24, 32),
    destinations: fc.uniqueArray(anyDestination, {
      maxLength: 4,
      selector: (each) => `${each.address} ${each.port}`,
    }),
  }),
  { maxLength: 5, selector: (each) => formatServiceKey(each.key) },
);

function names(table: readonly DesiredService[]): string[] {
  return table.map((each) => formatServiceKey(each.key)).sort();
}

test('after the changes nothing differs, and a kernel accepts each of them', () => {
  fc.assert(
    fc.property(anyTable, anyTable, (desired, actual) => {
      const result = apply(actual, diff(desired, actual));
      expect(diff(desired, result)).toEqual([]);
    }),
  );
});

test('with all of the old table given up, exactly the desired services remain', () => {
  fc.assert(
    fc.property(anyTable, anyTable, (desired, actual) => {
      const ours = actual.map((each) => each.key);
      const result = apply(actual, diff(desired, actual, ours));

      expect(names(result)).toEqual(names(desired));
    }),
  );
});

/** What is added to a table and what is taken out of it again. */
function moved(changes: readonly TableChange[]): string[] {
  return changes.flatMap((change): string[] => {
    if (change.type.startsWith('edit-')) return [];
    const key = formatServiceKey('service' in change ? change.service.key : change.key);
    if ('service' in change || change.type === 'delete-service') return [key];
    const { address: server, port } = 'destination' in change ? change.destination : change;
    return [`${key} ${server} ${port}`];
  });
}

function places(table: readonly DesiredService[]): string[] {
  return table.flatMap(({ key, destinations }) => [
    formatServiceKey(key),
    ...destinations.map((each) => `${formatServiceKey(key)} ${each.address} ${each.port}`),
  ]);
}

test('from A over any drift to B, as from nothing to B, and what both have is never added or deleted', () => {
  fc.assert(
    fc.property(anyTable, anyTable, anyTable, (a, drifted, b) => {
      const own = new Set(names(a));
      const foreign = drifted.filter((each) => !own.has(formatServiceKey(each.key)));
      const changes = diff(
        b,
        drifted,
        a.map((each) => each.key),
      );
      const reloaded = apply(drifted, changes);
      const fresh = apply(foreign, diff(b, foreign));

      expect(names(reloaded)).toEqual(names(fresh));
      expect(diff(fresh, reloaded)).toEqual([]);
      const [before, after] = [new Set(places(drifted)), new Set(places(b))];
      expect(moved(changes).filter((each) => before.has(each) && after.has(each))).toEqual([]);
    }),
    { seed: 1, numRuns: 5000 },
  );
});

test('a service of somebody else is left alone', () => {
  expect(diff([service(80)], [service(80), service(443)])).toEqual([]);
});

test('a service that was ours goes, before the others are touched', () => {
  const changes = diff([service(80)], [service(443)], [service(443).key, service(9).key]);
  expect(changes[0]).toEqual({ type: 'delete-service', key: service(443).key });
  expect(changes.map((each) => each.type)).toEqual([
    'delete-service',
    'add-service',
    'add-destination',
    'add-destination',
  ]);
});

test('one destination gone is one request', () => {
  const desired = service(80, { destinations: [destination(BOX1)] });
  expect(diff([desired], [service(80)])).toEqual([
    { type: 'delete-destination', key: desired.key, address: BOX2, port: 80 },
  ]);
});

test('destinations come before others go', () => {
  const desired = service(80, { destinations: [destination(BOX2)] });
  const actual = service(80, { destinations: [destination(BOX1)] });
  expect(diff([desired], [actual]).map((each) => each.type)).toEqual([
    'add-destination',
    'delete-destination',
  ]);
});

test('a changed weight, method or threshold is an edit in place', () => {
  for (const change of [
    { weight: 0 },
    { forwarding: 'Masq' as const },
    { upperThreshold: 10 },
    { lowerThreshold: 5 },
  ]) {
    const desired = service(80, { destinations: [destination(BOX1, change), destination(BOX2)] });
    expect(diff([desired], [service(80)])).toEqual([
      { type: 'edit-destination', key: desired.key, destination: desired.destinations[0] },
    ]);
  }
});

test('a changed scheduler, flag or persistence is an edit of the service alone', () => {
  const persistent = { flags: 1, timeoutSeconds: 360 };
  const cases: [Partial<DesiredService>, Partial<DesiredService>][] = [
    [{ scheduler: 'wlc' }, {}],
    [{ flags: 8 }, {}],
    [persistent, {}],
    [persistent, { ...persistent, timeoutSeconds: 60 }],
    [persistent, { ...persistent, netmaskBits: 24 }],
    [{ ...persistent, persistenceEngine: 'sip' }, persistent],
  ];
  for (const [desired, actual] of cases) {
    const types = diff([service(80, desired)], [service(80, actual)]).map((each) => each.type);
    expect(types).toEqual(['edit-service']);
  }
});

test('what the kernel adds or forgets on its own is no difference', () => {
  expect(diff([service(80)], [service(80, { flags: 2 })])).toEqual([]);
  expect(diff([service(80)], [service(80, { timeoutSeconds: 360, netmaskBits: 0 })])).toEqual([]);
  const local = [destination(BOX1, { forwarding: 'Local' }), destination(BOX2)];
  expect(diff([service(80)], [service(80, { destinations: local })])).toEqual([]);
});

test('a destination or service named twice counts once, the first', () => {
  const twice = service(80, {
    destinations: [destination(BOX1), destination(BOX2), destination(BOX1, { weight: 7 })],
  });
  const desired = [twice, service(80, { scheduler: 'lc' })];
  expect(diff(desired, [service(80)])).toEqual([]);
  expect(diff(desired, desired)).toEqual([]);
});

test('a service that is wanted twice and changes counts once, wherever the change is', () => {
  const [first, second] = [service(80), service(80, { scheduler: 'lc' })];
  const other = service(81);
  const changed = { ...second, scheduler: 'sh' };
  expect(diff([first, other, changed], [first, other, second])).toEqual([]);
  const { destinations: _, ...edited } = { ...first, scheduler: 'sh' };
  const service80 = { ...first, scheduler: 'sh' };
  expect(diff([service80, other, second], [first, other, second])).toEqual([
    { type: 'edit-service', service: edited },
  ]);
  expect(diff([service80, other, changed], [first, other, second])).toEqual([
    { type: 'edit-service', service: edited },
  ]);
});

function through(changes: Partial<Destination>): DesiredService {
  return service(80, { destinations: [destination(BOX1, { forwarding: 'Tunnel', ...changes })] });
}

test('a table that was installed differs in as much as one that was read from the kernel', () => {
  const changes = fc.constantFrom<Partial<DesiredService>>(
    { scheduler: 'wlc' },
    { destinations: [] },
    { destinations: [destination(BOX1, { weight: 1 }), destination(BOX2)] },
  );
  const tables = fc.array(fc.tuple(fc.nat(7), fc.option(changes, { freq: 2, nil: undefined })));
  let hasSeenTwice = false;
  fc.assert(
    fc.property(tables, (rows) => {
      const before = rows.map(([port]) => service(port));
      const wanted = before.map((each, i) => {
        const changed = rows[i]?.[1];
        return changed === undefined ? each : { ...each, ...changed };
      });
      hasSeenTwice ||= new Set(rows.map(([port]) => port)).size < rows.length;
      const read = before.map((each) => ({ ...each, key: { ...each.key } }));
      expect(diff(wanted, before)).toEqual(diff(wanted, read));
    }),
    { seed: 1, numRuns: 500 },
  );
  expect(hasSeenTwice).toBe(true);
});

test('a destination is edited when its tunnel differs, and left alone when it does not', () => {
  const tunnel = { type: 'gue', port: 6080, checksum: 'none' } as const;
  expect(diff([through({ tunnel })], [through({ tunnel: { ...tunnel } })])).toEqual([]);
  const others = [undefined, { ...tunnel, port: 6081 }, { ...tunnel, checksum: 'full' } as const];
  for (const other of others) {
    const actual = through(other === undefined ? {} : { tunnel: other });
    expect(diff([through({ tunnel })], [actual])).toMatchObject([
      { type: 'edit-destination', destination: { tunnel } },
    ]);
  }
});
