import { constants } from 'node:os';
import { setImmediate as otherWork } from 'node:timers/promises';
import { closeSync, openSync, readSync } from 'node:fs';
import {
  OutlineReader,
  type ActualDestination,
  type ActualService,
  type Destination,
  type SeeService,
  type Service,
  type ServiceKey,
  type TableChange,
} from '@tandem/ipvs';
import {
  BARRIER,
  decodeAnswer,
  GENERIC_HEADER_LENGTH,
  GenericNetlink,
  NetlinkError,
  type Decoded,
  type GenericFamily,
  type MessageWriter,
  type NetlinkRequest,
} from '@tandem/netlink';
import {
  IPVS_CMD_DEL_DAEMON,
  IPVS_CMD_FLUSH,
  IPVS_CMD_GET_CONFIG,
  IPVS_CMD_GET_DAEMON,
  IPVS_CMD_GET_DEST,
  IPVS_CMD_GET_INFO,
  IPVS_CMD_GET_SERVICE,
  IPVS_CMD_NEW_DAEMON,
  IPVS_CMD_SET_CONFIG,
  IPVS_CMD_ZERO,
} from './command.ts';
import type { Figures } from './counters.ts';
import { decodeDestination, type DestinationKey } from './destination.ts';
import { IpvsUnavailableError } from './ipvs-error.ts';
import {
  decodeInfo,
  decodeTimeouts,
  encodeTimeouts,
  type IpvsInfo,
  type IpvsTimeouts,
} from './module-info.ts';
import { decodeService, encodeServiceKey, familyOfKey } from './service.ts';
import { decodeSyncDaemon, encodeSyncDaemon, encodeSyncRole } from './sync-daemon.ts';
import type { SyncDaemon, SyncRole } from './sync-daemon.ts';
import { ChangeRequest, commandRequest, formatServiceKey } from './table-request.ts';
import { wholeList } from './whole-list.ts';

/** Reads a message whose attributes start at `from`. */
type Decode<T> = (payload: Uint8Array, from: number) => Decoded<T>;

const FROM = GENERIC_HEADER_LENGTH;

const NOTHING = (): void => {};

const OUTLINE_FILE = '/proc/net/ip_vs';
/** The kernel gives a page at a time, or as much as its largest service needs. */
const OUTLINE_BYTES = 65_536;
/** Other work of the process goes first each time that so many were read: checks are due meanwhile. */
const PIECES_AT_A_TIME = 2;

/**
 * The kernel's IPVS table. Changes made in one go leave in one send and are carried out in order;
 * reads wait for the changes before them.
 * @see linux/ip_vs.h, ipvsadm(8)
 */
export class IpvsClient {
  readonly #generic: GenericNetlink;
  readonly #family: GenericFamily;

  private constructor(generic: GenericNetlink, family: GenericFamily) {
    this.#generic = generic;
    this.#family = family;
  }

  /**
   * Looks for IPVS in the kernel of the calling process's network namespace.
   * @throws IpvsUnavailableError when there is none
   * @throws SocketError when no socket can be had
   */
  static async open(): Promise<IpvsClient> {
    const generic = GenericNetlink.open();
    try {
      return new IpvsClient(generic, await generic.family('IPVS'));
    } catch (error) {
      generic.close();
      if (error instanceof NetlinkError && error.code === 'ENOENT') {
        throw new IpvsUnavailableError(error);
      }
      throw error;
    }
  }

  /** Version and size of the connection table. */
  info(): Promise<IpvsInfo> {
    return this.#value(this.#request(IPVS_CMD_GET_INFO, 'read IPVS version', NOTHING), decodeInfo);
  }

  /**
   * All services with their destinations, each once, also while services of other network namespaces
   * come and go. Each service's destinations are a read of their own: one that goes meanwhile has
   * none.
   * @param figures - what the counters of each are: with `rates` they are those of a second
   */
  async services(figures: Figures = 'counters'): Promise<ActualService[]> {
    const request = this.#request(IPVS_CMD_GET_SERVICE, 'read services', NOTHING);
    const entries = await wholeList({
      list: () => this.#table(request, (payload, from) => decodeService(payload, from, figures)),
      names: () => this.#names().catch(() => undefined),
    });
    const destinations = await Promise.all(
      entries.map(({ key }) => this.#destinations(key, figures)),
    );
    return entries.map((entry, index) => ({ ...entry, destinations: destinations[index] ?? [] }));
  }

  /**
   * One service with its destinations.
   * @param figures - what the counters of each are: with `rates` they are those of a second
   * @throws NetlinkError `ESRCH` when it is not there
   */
  async service(key: ServiceKey, figures: Figures = 'counters'): Promise<ActualService> {
    const what = `read ${formatServiceKey(key)}`;
    const entry = await this.#value(
      this.#request(IPVS_CMD_GET_SERVICE, what, (writer) => encodeServiceKey(writer, key)),
      (payload, from) => decodeService(payload, from, figures),
    );
    return { ...entry, destinations: await this.#destinations(key, figures) };
  }

  /**
   * What the kernel shows of all services to everybody: read at a small part of the cost.
   * @param see - told of each
   * @param isWanted - asked before each piece
   * @returns false when it was not to go on
   * @throws Error with the code `ENOENT` where the file is missing
   */
  async outline(see: SeeService, isWanted: () => boolean): Promise<boolean> {
    const reader = new OutlineReader(see);
    const file = openSync(OUTLINE_FILE, 'r');
    try {
      const buffer = Buffer.alloc(OUTLINE_BYTES);
      for (let piece = 1; isWanted(); piece += 1) {
        const bytesRead = readSync(file, buffer, 0, OUTLINE_BYTES, null);
        if (bytesRead === 0) {
          reader.end();
          return true;
        }
        reader.add(buffer.toString('latin1', 0, bytesRead));
        if (piece % PIECES_AT_A_TIME === 0) await otherWork();
      }
      return false;
    } finally {
      closeSync(file);
    }
  }

  /** Of all services, as the kernel shows them. */
  async #names(): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    await this.outline(
      (name) => names.add(name),
      () => true,
    );
    return names;
  }

  /** @throws NetlinkError `EEXIST` when it is there, `ENOENT` without such a scheduler */
  addService(service: Service): Promise<void> {
    return this.#change({ type: 'add-service', service });
  }

  /** @throws NetlinkError `ESRCH` when it is not there */
  editService(service: Service): Promise<void> {
    return this.#change({ type: 'edit-service', service });
  }

  /**
   * Deletes a service and its destinations.
   * @throws NetlinkError `ESRCH` when it is not there
   */
  deleteService(key: ServiceKey): Promise<void> {
    return this.#change({ type: 'delete-service', key });
  }

  /** @throws NetlinkError `EEXIST` when it is there, `ESRCH` without such a service */
  addDestination(key: ServiceKey, destination: Destination): Promise<void> {
    return this.#change({ type: 'add-destination', key, destination });
  }

  /** @throws NetlinkError `ENOENT` when it is not there, `ESRCH` without such a service */
  editDestination(key: ServiceKey, destination: Destination): Promise<void> {
    return this.#change({ type: 'edit-destination', key, destination });
  }

  /** @throws NetlinkError `ENOENT` when it is not there, `ESRCH` without such a service */
  deleteDestination(key: ServiceKey, { address, port }: DestinationKey): Promise<void> {
    return this.#change({ type: 'delete-destination', key, address, port });
  }

  /**
   * Carries out changes in order, many in one send; one that fails does not stop the others.
   * @returns for each change its error, or undefined when it succeeded
   */
  apply(changes: readonly TableChange[]): Promise<readonly (NetlinkError | undefined)[]> {
    const requests = changes.map((change) => new ChangeRequest(this.#family, change));
    return this.#generic.client.changeAll(requests);
  }

  /** Deletes all services. */
  flush(): Promise<void> {
    return this.#command(IPVS_CMD_FLUSH, 'flush services', NOTHING);
  }

  /**
   * Sets counters to zero.
   * @param key - of one service and its destinations; of all when left out
   */
  zero(key?: ServiceKey): Promise<void> {
    if (key === undefined) return this.#command(IPVS_CMD_ZERO, 'zero all counters', NOTHING);
    const what = `zero counters of ${formatServiceKey(key)}`;
    return this.#command(IPVS_CMD_ZERO, what, (writer) => encodeServiceKey(writer, key));
  }

  /** For how long idle connections are kept. */
  timeouts(): Promise<IpvsTimeouts> {
    return this.#value(
      this.#request(IPVS_CMD_GET_CONFIG, 'read timeouts', NOTHING),
      decodeTimeouts,
    );
  }

  /** @param timeouts - what is left out, or 0, stays */
  setTimeouts(timeouts: Partial<IpvsTimeouts>): Promise<void> {
    return this.#command(IPVS_CMD_SET_CONFIG, 'set timeouts', (writer) => {
      encodeTimeouts(writer, timeouts);
    });
  }

  /** @throws NetlinkError `EEXIST` when one of this role runs, `ENODEV` without the interface */
  startDaemon(daemon: SyncDaemon): Promise<void> {
    const request = commandRequest(this.#family, {
      command: IPVS_CMD_NEW_DAEMON,
      about: 'daemon',
      encode: (writer) => encodeSyncDaemon(writer, daemon),
      describe: () => `start ${daemon.role} sync daemon on ${daemon.interface}`,
    });
    return this.#generic.client.change(request);
  }

  /** @throws NetlinkError `ESRCH` when none of this role runs */
  async stopDaemon(role: SyncRole): Promise<void> {
    const request = commandRequest(this.#family, {
      command: IPVS_CMD_DEL_DAEMON,
      about: 'daemon',
      encode: (writer) => encodeSyncRole(writer, role),
      describe: () => `stop ${role} sync daemon`,
    });
    // A daemon whose thread has not begun to run is stopped without an answer (kthread_stop: EINTR).
    const [error] = await this.#generic.client.changeAll([request, BARRIER]);
    if (error === undefined) return;
    const isUnknown = error.code === 'ENOBUFS';
    if (isUnknown && !(await this.daemons()).some((daemon) => daemon.role === role)) return;
    throw error;
  }

  /** The sync daemons that run: none, one of either role, or both. */
  daemons(): Promise<SyncDaemon[]> {
    const request = this.#request(IPVS_CMD_GET_DAEMON, 'read sync daemons', NOTHING);
    return this.#table(request, decodeSyncDaemon);
  }

  /** Closes the socket; what is outstanding fails with ECANCELED. */
  close(): void {
    this.#generic.close();
  }

  #destinations(key: ServiceKey, figures: Figures): Promise<ActualDestination[]> {
    const what = `read destinations of ${formatServiceKey(key)}`;
    const request = this.#request(IPVS_CMD_GET_DEST, what, (writer) => {
      encodeServiceKey(writer, key);
    });
    const serviceFamily = familyOfKey(key);
    return this.#table(request, (payload, from) => {
      return decodeDestination(payload, { from, serviceFamily, figures });
    });
  }

  #change(change: TableChange): Promise<void> {
    return this.#generic.client.change(new ChangeRequest(this.#family, change));
  }

  #command(command: number, what: string, encode: (writer: MessageWriter) => void): Promise<void> {
    return this.#generic.client.change(this.#request(command, what, encode));
  }

  async #value<T>(request: NetlinkRequest, decode: Decode<T>): Promise<T> {
    const what = request.describe();
    const messages = await this.#generic.client.exchange(request);
    const [value] = decodeAnswer(messages, (payload) => decode(payload, FROM), what);
    if (value === undefined) throw new NetlinkError(what, constants.errno.ENODATA);
    return value;
  }

  async #table<T>(request: NetlinkRequest, decode: Decode<T>): Promise<T[]> {
    const messages = await this.#generic.client.dump(request);
    return decodeAnswer(messages, (payload) => decode(payload, FROM), request.describe());
  }

  #request(command: number, what: string, encode: (writer: MessageWriter) => void): NetlinkRequest {
    const describe = (): string => what;
    return commandRequest(this.#family, { command, about: 'service', encode, describe });
  }
}
