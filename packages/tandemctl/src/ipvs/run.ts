/** tandemctl ipvs: ipvsadm(8) over our own netlink. */
import type { ServiceKey } from '@tandem/ipvs';
import type { IpvsClient, SyncDaemon, SyncRole } from '@tandem/ipvs-netlink';
import { DEFAULT_CONTROL_PATH } from '../control.ts';
import { destinationOf, keyOf, serverOf, serviceOf } from './change.ts';
import type { CommandName } from './command-table.ts';
import { formatConnections } from './connections.ts';
import type { Draft } from './draft.ts';
import { formatListing } from './listing.ts';
import type { Names } from './names.ts';
import { ownershipWarnings, type OwnedService } from './ownership.ts';
import { formatRefusal } from './refusal.ts';
import { readRequest, type IpvsRequest } from './request.ts';
import { formatSaved } from './saving.ts';
import { FAILED, IpvsUsageError } from './usage-error.ts';
import { formatUsage } from './usage.ts';
import { namingWriter, numericWriter, type WriteEndpoint } from './written.ts';

/** The world outside the command. */
export interface IpvsSurroundings {
  /** What to type for it, such as `tandemctl ipvs`. */
  readonly program: string;
  readonly version: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly names: Names;
  /** @throws IpvsUnavailableError when the kernel has no IPVS */
  readonly openTable: () => Promise<IpvsClient>;
  /** All of the standard input. */
  readonly readInput: () => Promise<string>;
  /** What the kernel's file of connections holds. */
  readonly readConnections: () => Promise<string>;
  /** What the daemon behind a control socket has in its care; nothing when there is none. */
  readonly ownedServices: (control: string) => Promise<readonly OwnedService[]>;
}

/** Status of a listing of a service that is not there. */
const NOT_LISTED = 1;

/** What one run does to the table, and through what. */
interface Session {
  readonly surroundings: IpvsSurroundings;
  table: IpvsClient | undefined;
  edited: ServiceKey[] | 'all';
  control: string;
}

/**
 * @param words - ipvsadm's command line, without its name
 * @returns the exit status: 0, 1 a service that is to be listed is not there, 2 wrong, 255 refused
 * @throws Error when the standard input or the kernel cannot be read
 */
export async function runIpvs(
  words: readonly string[],
  surroundings: IpvsSurroundings,
): Promise<number> {
  const session: Session = {
    surroundings,
    table: undefined,
    edited: [],
    control: DEFAULT_CONTROL_PATH,
  };
  try {
    return await carryOut(words.length === 0 ? ['-L'] : words, session);
  } catch (error) {
    if (!(error instanceof IpvsUsageError)) throw error;
    surroundings.stderr(`${error.message}\n`);
    return error.status;
  } finally {
    session.table?.close();
    await warn(session);
  }
}

/** @throws IpvsUsageError */
async function carryOut(words: readonly string[], session: Session): Promise<number> {
  const { program, version, stdout, stderr, names } = session.surroundings;
  const request = await readRequest(words, names, program);
  if (request.command === 'help' || request.command === 'version') {
    const isHelp = request.command === 'help';
    stdout(isHelp ? formatUsage(program) : `${program} (tandem ${version})\n`);
    return 0;
  }
  session.control = request.draft.control ?? session.control;
  if (request.command === 'restore') return restore(session);
  const change = CHANGES[request.command];
  // What does not fit together is told before the kernel is asked for anything.
  const action = change?.(request);
  try {
    session.table ??= await session.surroundings.openTable();
    if (action === undefined) await show(request, session.table, session.surroundings);
    else await action(session.table);
  } catch (error) {
    stderr(`${formatRefusal(error, request.command)}\n`);
    return request.command === 'list' && request.given.has('service-address') ? NOT_LISTED : FAILED;
  }
  noteEdited(request, session);
  return 0;
}

/**
 * Each line is a command line; one that the kernel refuses does not keep the next from its turn.
 * @returns the status of the last one
 */
async function restore(session: Session): Promise<number> {
  const text = await session.surroundings.readInput();
  let status = 0;
  for (const line of text.split('\n')) {
    const [first, ...rest] = line.split(/\s+/).filter((word) => word !== '');
    const words = first === undefined || first === 'ipvsadm' ? rest : [first, ...rest];
    if (words.length > 0) status = await carryOut(words, session);
  }
  return status;
}

type Change = (table: IpvsClient) => Promise<void>;

/** What changes the kernel; the others show it. */
const CHANGES: Partial<Readonly<Record<CommandName, (request: IpvsRequest) => Change>>> = {
  'add-service': ({ draft }) => {
    const service = serviceOf(draft);
    return (table) => table.addService(service);
  },
  'edit-service': ({ draft }) => {
    const service = serviceOf(draft);
    return (table) => table.editService(service);
  },
  'delete-service': ({ draft }) => {
    return (table) => table.deleteService(keyOf(draft));
  },
  'add-server': ({ draft, given }) => {
    const destination = destinationOf(draft, given);
    return (table) => table.addDestination(keyOf(draft), destination);
  },
  'edit-server': ({ draft, given }) => {
    const destination = destinationOf(draft, given);
    return (table) => table.editDestination(keyOf(draft), destination);
  },
  'delete-server': ({ draft }) => {
    return (table) => table.deleteDestination(keyOf(draft), serverOf(draft));
  },
  flush: () => (table) => table.flush(),
  zero:
    ({ draft }) =>
    (table) =>
      table.zero(draft.key),
  set: ({ timeouts }) => {
    const [tcpSeconds = 0, tcpFinSeconds = 0, udpSeconds = 0] = timeouts;
    return (table) => table.setTimeouts({ tcpSeconds, tcpFinSeconds, udpSeconds });
  },
  'start-daemon': ({ role, draft }) => {
    const daemon = syncDaemonOf(roleOf(role, 'illegal start-daemon parameter specified'), draft);
    return (table) => table.startDaemon(daemon);
  },
  'stop-daemon': ({ role }) => {
    const stopped = roleOf(role, 'illegal start_daemon specified');
    return (table) => table.stopDaemon(stopped);
  },
};

function roleOf(word: string | undefined, wrong: string): SyncRole {
  if (word === 'master' || word === 'backup') return word;
  throw new IpvsUsageError(wrong);
}

function syncDaemonOf(role: SyncRole, draft: Draft): SyncDaemon {
  const { syncMaximumLength: maximumLength, group, groupPort: port, groupTtl: ttl } = draft;
  return {
    role,
    interface: draft.interface,
    syncId: draft.syncId,
    ...(maximumLength !== undefined && { maximumLength }),
    ...(group !== undefined && { group }),
    ...(port !== undefined && { port }),
    ...(ttl !== undefined && { ttl }),
  };
}

async function show(
  { command, given, draft }: IpvsRequest,
  table: IpvsClient,
  { stdout, names, readConnections }: IpvsSurroundings,
): Promise<void> {
  const write: WriteEndpoint = given.has('numeric') ? numericWriter() : namingWriter(names);
  if (command === 'save') stdout(await formatSaved(await table.services(), write));
  else if (given.has('connection')) {
    stdout(await formatConnections(await readConnections(), write, given.has('persistent-conn')));
  } else if (given.has('timeout')) {
    const { tcpSeconds, tcpFinSeconds, udpSeconds } = await table.timeouts();
    stdout(`Timeout (tcp tcpfin udp): ${tcpSeconds} ${tcpFinSeconds} ${udpSeconds}\n`);
  } else if (given.has('daemon')) {
    for (const daemon of await table.daemons()) stdout(formatDaemon(daemon));
  } else {
    const figures = given.has('rate') && !given.has('stats') ? 'rates' : 'counters';
    const services = draft.key
      ? [await table.service(draft.key, figures)]
      : await table.services(figures);
    const { version, connTableSize } = await table.info();
    if (!draft.key) stdout(`IP Virtual Server version ${version} (size=${connTableSize})\n`);
    stdout(await formatListing(services, { given, write }));
  }
}

function formatDaemon(daemon: SyncDaemon): string {
  const parts = [
    `mcast=${daemon.interface}`,
    `syncid=${daemon.syncId}`,
    `maxlen=${daemon.maximumLength}`,
    `group=${daemon.group}`,
    `port=${daemon.port}`,
    `ttl=${daemon.ttl}`,
  ];
  return `${daemon.role} sync daemon (${parts.join(', ')})\n`;
}

const EDITING = new Set<CommandName>([
  'add-service',
  'edit-service',
  'delete-service',
  'add-server',
  'edit-server',
  'delete-server',
]);

function noteEdited({ command, draft }: IpvsRequest, session: Session): void {
  if (command === 'flush') session.edited = 'all';
  else if (EDITING.has(command) && session.edited !== 'all') session.edited.push(keyOf(draft));
}

async function warn({ edited, control, surroundings }: Session): Promise<void> {
  if (edited.length === 0) return;
  const owned = await surroundings.ownedServices(control);
  for (const line of ownershipWarnings(edited, owned)) {
    surroundings.stderr(`tandemctl: warning: ${line}\n`);
  }
}
