import type { ServiceKey, TableChange } from '@tandem/ipvs';
import {
  encodeGenericHeader,
  type GenericFamily,
  type MessageWriter,
  type NetlinkRequest,
} from '@tandem/netlink';
import {
  IPVS_CMD_DEL_DEST,
  IPVS_CMD_DEL_SERVICE,
  IPVS_CMD_NEW_DEST,
  IPVS_CMD_NEW_SERVICE,
  IPVS_CMD_SET_DEST,
  IPVS_CMD_SET_SERVICE,
} from './command.ts';
import { encodeDestination, encodeDestinationKey } from './destination.ts';
import { MEANINGS } from './ipvs-error.ts';
import { encodeService, encodeServiceKey } from './service.ts';

/** A command of the IPVS family with its attributes. */
export interface IpvsCommand {
  readonly command: number;
  /** What the error numbers are about. */
  readonly about: keyof typeof MEANINGS;
  encode(writer: MessageWriter): void;
  describe(): string;
}

/** Makes the netlink request of a command. */
export function commandRequest(family: GenericFamily, command: IpvsCommand): NetlinkRequest {
  return {
    type: family.id,
    encode: (writer) => {
      encodeGenericHeader(writer, command.command, family.version);
      command.encode(writer);
    },
    describe: () => command.describe(),
    meaning: (errno) => MEANINGS[command.about].get(errno),
  };
}

/** The netlink request of a change: small, as a table may be made by many thousands at a time. */
export class ChangeRequest implements NetlinkRequest {
  readonly #family: GenericFamily;
  readonly #change: TableChange;

  constructor(family: GenericFamily, change: TableChange) {
    this.#family = family;
    this.#change = change;
  }

  get type(): number {
    return this.#family.id;
  }

  /** Nothing that the kernel waits for on the way is given up because of a signal. */
  get isSure(): boolean {
    return true;
  }

  encode(writer: MessageWriter): void {
    encodeGenericHeader(writer, COMMANDS[this.#change.type], this.#family.version);
    encodeChange(writer, this.#change);
  }

  describe(): string {
    return describeChange(this.#change);
  }

  meaning(errno: number): string | undefined {
    const change = this.#change;
    const isOfService = 'service' in change || change.type === 'delete-service';
    return MEANINGS[isOfService ? 'service' : 'destination'].get(errno);
  }
}

const COMMANDS: Readonly<Record<TableChange['type'], number>> = {
  'add-service': IPVS_CMD_NEW_SERVICE,
  'edit-service': IPVS_CMD_SET_SERVICE,
  'delete-service': IPVS_CMD_DEL_SERVICE,
  'add-destination': IPVS_CMD_NEW_DEST,
  'edit-destination': IPVS_CMD_SET_DEST,
  'delete-destination': IPVS_CMD_DEL_DEST,
};

function encodeChange(writer: MessageWriter, change: TableChange): void {
  switch (change.type) {
    case 'add-service':
    case 'edit-service':
      encodeService(writer, change.service);
      break;
    case 'delete-service':
      encodeServiceKey(writer, change.key);
      break;
    case 'add-destination':
    case 'edit-destination':
      encodeDestination(writer, change.key, change.destination);
      break;
    case 'delete-destination':
      encodeDestinationKey(writer, change.key, change);
      break;
  }
}

function describeChange(change: TableChange): string {
  const what = change.type.replace('-', ' ');
  if ('service' in change) {
    return `${what} ${formatServiceKey(change.service.key)}`;
  }
  if (change.type === 'delete-service') return `${what} ${formatServiceKey(change.key)}`;
  const { address, port } = change.type === 'delete-destination' ? change : change.destination;
  return `${what} ${formatEndpoint(address, port)} of ${formatServiceKey(change.key)}`;
}

const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [6, 'TCP'],
  [17, 'UDP'],
  [132, 'SCTP'],
]);

/** A service as people name it: `TCP 10.0.0.1:80`, `TCP [2001:db8::1]:80`, `FWM 5`, `FWM 5 IPv6`. */
export function formatServiceKey(key: ServiceKey): string {
  if (key.kind === 'fwmark') return `FWM ${key.mark}${key.family === 6 ? ' IPv6' : ''}`;
  const protocol = PROTOCOLS.get(key.protocol) ?? `protocol ${key.protocol}`;
  return `${protocol} ${formatEndpoint(key.address, key.port)}`;
}

function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
