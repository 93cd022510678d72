/** The connections that the kernel balances, from /proc/net/ip_vs_conn. */
import { ipFromBytes, type IpAddress } from '@tandem/inet';
import type { WriteEndpoint } from './written.ts';

/** Where the kernel shows them. */
export const CONNECTIONS_PATH = '/proc/net/ip_vs_conn';

const TITLE = 'IPVS connection entries\n';
const HEADING = 'pro expire state       source             virtual            destination';
const ENGINE_HEADING = `${HEADING}        pe name          pe_data`;
const NAME_WIDTH = 18;
const LAST_NAME_WIDTH = 16;

interface Connection {
  readonly protocol: string;
  readonly state: string;
  readonly expiresSeconds: number;
  /** Client, service and server. */
  readonly ends: readonly (readonly [IpAddress, number])[];
  readonly engine: string | undefined;
  readonly engineData: string | undefined;
}

/**
 * @param text - of the kernel's file
 * @param write - endpoints
 * @param withEngine - say what a persistence engine has taken from the packets
 */
export async function formatConnections(
  text: string,
  write: WriteEndpoint,
  withEngine: boolean,
): Promise<string> {
  const connections = text.split('\n').slice(1).flatMap(parseConnection);
  const lines = connections.map(
    async (each) => `${await formatConnection(each, write, withEngine)}\n`,
  );
  const heading = withEngine ? ENGINE_HEADING : HEADING;
  return `${TITLE}${heading}\n${(await Promise.all(lines)).join('')}`;
}

function parseConnection(line: string): Connection[] {
  const words = line.trim().split(/\s+/);
  const [protocol = '', , , , , , , state = '', expires = ''] = words;
  const ends = [1, 3, 5].flatMap((at): (readonly [IpAddress, number])[] => {
    const address = parseHex(words[at] ?? '');
    return address === undefined ? [] : [[address, Number.parseInt(words[at + 1] ?? '', 16)]];
  });
  if (ends.length < 3) return [];
  const [engine, engineData] = words.slice(9);
  return [{ protocol, state, expiresSeconds: Number(expires), ends, engine, engineData }];
}

/** `0A090001`, or eight groups of four digits. */
function parseHex(text: string): IpAddress | undefined {
  const digits = text.replaceAll(':', '');
  if (!/^(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{32})$/.test(digits)) return undefined;
  return ipFromBytes(Buffer.from(digits, 'hex'));
}

async function formatConnection(
  connection: Connection,
  write: WriteEndpoint,
  withEngine: boolean,
): Promise<string> {
  const { protocol, state, expiresSeconds, engine, engineData } = connection;
  const named = connection.ends.map(([address, port]) =>
    write(address, port, protocol.toLowerCase()),
  );
  const [source = '', virtual = '', destination = ''] = await Promise.all(named);
  const minutes = twoDigits(Math.floor(expiresSeconds / 60));
  const start = `${protocol.padEnd(3)} ${minutes}:${twoDigits(expiresSeconds % 60)}  ${state.padEnd(11)}`;
  const ends = `${source.padEnd(NAME_WIDTH)} ${virtual.padEnd(NAME_WIDTH)}`;
  const line = `${start} ${ends} ${destination}`;
  if (!withEngine || engine === undefined) return line;
  const last = destination.padEnd(LAST_NAME_WIDTH);
  return `${start} ${ends} ${last} ${engine.padEnd(NAME_WIDTH)} ${engineData ?? ''}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
