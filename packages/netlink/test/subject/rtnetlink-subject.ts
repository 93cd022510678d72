/**
 * Runs in a network namespace of its own: carries out calls that arrive as lines of JSON, and
 * answers and tells of notifications in lines of JSON.
 */
import { createInterface } from 'node:readline';
import {
  hasTable,
  NetlinkError,
  removeDirectors,
  removeTable,
  renewDirectors,
  replaceDropTable,
  replaceRedirectTable,
  RouteMonitor,
  Rtnetlink,
  surveyDropTable,
} from '../../src/index.ts';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly arguments: readonly unknown[];
}

const options = JSON.parse(process.argv[2] ?? '{}') as object;
let rtnetlink = Rtnetlink.open(options);
let monitor: RouteMonitor | undefined;

const PLAIN = [
  'links',
  'addresses',
  'routes',
  'rules',
  'neighbours',
  'setLink',
  'addLink',
  'deleteLink',
  'addAddress',
  'replaceAddress',
  'deleteAddress',
  'addRoute',
  'insertRoute',
  'addRule',
  'deleteRule',
  'replaceRoute',
  'deleteRoute',
  'addNeighbour',
  'replaceNeighbour',
  'deleteNeighbour',
] as const;

/** @returns the method of the socket that is open then */
function callerOf(name: (typeof PLAIN)[number]): (...values: never[]) => unknown {
  return (...values) => Reflect.apply(rtnetlink[name], rtnetlink, values);
}

const methods: Readonly<Record<string, (...values: never[]) => unknown>> = {
  ...Object.fromEntries(PLAIN.map((name) => [name, callerOf(name)])),
  replaceDropTable: (table) => replaceDropTable(table),
  surveyDropTable: (table) => surveyDropTable(table),
  hasTable: (name) => hasTable(name),
  removeTable: (name) => removeTable(name),
  replaceRedirectTable: (table) => replaceRedirectTable(table),
  renewDirectors: (table, directors) => renewDirectors(table, directors),
  removeDirectors: (table, addresses) => removeDirectors(table, addresses),
  reopen: (limits) => {
    rtnetlink.close();
    rtnetlink = Rtnetlink.open(limits);
  },
  close: () => rtnetlink.close(),
  addAddresses: (template, count) => changeMany('addAddress', template, count),
  deleteAddresses: (template, count) => changeMany('deleteAddress', template, count),
  monitor: (groups, limits) => {
    monitor?.close();
    monitor = RouteMonitor.open(
      groups,
      {
        link: (link, removed) => say({ event: 'link', value: link, removed }),
        address: (address, removed) => say({ event: 'address', value: address, removed }),
        route: (route, removed) => say({ event: 'route', value: route, removed }),
        rule: (rule, removed) => say({ event: 'rule', value: rule, removed }),
        overrun: () => say({ event: 'overrun' }),
      },
      limits,
    );
  },
};

/** Changes 10.N.N.N one after the other, all in one go. @returns how often each outcome came */
async function changeMany(
  method: 'addAddress' | 'deleteAddress',
  template: never,
  count: number,
): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  const changes = Array.from({ length: count }, async (_, i) => {
    const address = `10.${(i >> 16) + 100}.${(i >> 8) & 255}.${i & 255}`;
    const outcome = await rtnetlink[method](Object.assign({}, template, { address })).then(
      () => 'ok',
      (error: NetlinkError) => error.code,
    );
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  });
  await Promise.all(changes);
  return outcomes;
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line, bytesAsHex)}\n`);
}

function bytesAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

function hexAsBytes(key: string, value: unknown): unknown {
  return key === 'hardwareAddress' ? Buffer.from(String(value), 'hex') : value;
}

async function answer(line: string): Promise<void> {
  const { id, method, arguments: values } = JSON.parse(line, hexAsBytes) as Call;
  try {
    say({ id, value: (await methods[method]?.(...(values as never[]))) ?? null });
  } catch (error) {
    const { message } = error as Error;
    const code = error instanceof NetlinkError ? error.code : undefined;
    say({ id, error: { message, code } });
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => void answer(line))
  .on('close', () => process.exit(0));
say({ event: 'ready' });
