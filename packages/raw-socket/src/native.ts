/**
 * Finds and loads the addon, on first use only: a program that just prints its version never pays
 * for it. The table below is the one in native/addon.cc.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The addon's own object for one descriptor; only the addon can make or read one. */
export interface SocketHandle {
  readonly socketHandle: never;
}

/** Of a message to send, in this order: data, destination, interface index, source. */
export type MessageField = Uint8Array | number | undefined;

/** Results are counts or lengths; a negative one is an errno. Wrong arguments throw a TypeError. */
export interface NativeAddon {
  open(domain: number, type: number, protocol: number): SocketHandle | number;
  bind(socket: SocketHandle, address: Uint8Array): number;
  localAddress(socket: SocketHandle, out: Uint8Array): number;
  setOption(socket: SocketHandle, level: number, name: number, value: Uint8Array): number;
  getOption(socket: SocketHandle, level: number, name: number, out: Uint8Array): number;
  attachFilter(socket: SocketHandle, program: Uint8Array): number;
  receive(
    socket: SocketHandle,
    callback: (count: number, data: ArrayBuffer | undefined) => void,
    batch: number,
    bufferBytes: number,
    records: ArrayBuffer,
  ): number;
  send(socket: SocketHandle, fields: readonly MessageField[], first: number): number;
  receiveNow(socket: SocketHandle): void;
  onWritable(socket: SocketHandle, callback: () => void): number;
  setReferenced(socket: SocketHandle, referenced: boolean): void;
  close(socket: SocketHandle): void;
  /** `events` has room for 128 pairs of number and epoll events, which the callback reads. */
  watchStreams(callback: (count: number) => void, events: ArrayBuffer): number;
  openStream(
    domain: number,
    remote: Uint8Array,
    local: Uint8Array,
    mark: number,
    interfaceName: string,
  ): number;
  readStream(stream: number, into: Uint8Array): number;
  writeStream(stream: number, bytes: Uint8Array): number;
  streamError(stream: number): number;
  closeStream(stream: number): void;
  watchSignal(signal: number, callback: (signal: number) => void): number;
  unwatchSignal(watch: number): void;
  openAlarm(callback: () => void): number;
  setAlarm(alarm: number, atMs: number): number;
  stopAlarm(alarm: number): void;
  openTimer(callback: () => void): number;
  startTimer(timer: number, delayMs: number): number;
  stopTimer(timer: number): void;
  closeTimer(timer: number): void;
  answerWithTime(descriptor: number): number;
  setParentDeathSignal(signal: number): number;
  setNice(priority: number): number;
  setRoundRobin(priority: number): number;
  setAffinity(thread: number, mask: Uint8Array): number;
  limitRealTime(microseconds: number): number;
  lockMemory(): number;
  setProcessName(name: string): number;
  enterNetworkNamespace(path: string): number;
  interfaceIndex(name: string): number;
}

const FILE = 'build/Release/raw_socket.node';

/** From src or dist here; from another package's bundle, or from a folder of chunks in it. */
const PLACES: readonly string[] = [
  `../${FILE}`,
  `../../raw-socket/${FILE}`,
  `../../../raw-socket/${FILE}`,
];

let loaded: NativeAddon | undefined;

/**
 * @returns the addon
 * @throws Error when it is not built, naming the places looked at; an explicit place can be given in
 *   the environment variable TANDEM_RAW_SOCKET_ADDON
 */
export function native(): NativeAddon {
  loaded ??= load();
  return loaded;
}

function load(): NativeAddon {
  const explicit = process.env['TANDEM_RAW_SOCKET_ADDON'];
  const places =
    explicit === undefined
      ? PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)))
      : [explicit];
  const path = places.find((place) => existsSync(place));
  if (path === undefined)
    throw new Error(
      `the raw-socket addon is not built: run ./scripts/setup (looked for ${places.join(', ')})`,
    );
  try {
    return createRequire(import.meta.url)(path) as NativeAddon;
  } catch (cause) {
    throw new Error(`the raw-socket addon ${path} cannot be loaded: run ./scripts/setup`, {
      cause,
    });
  }
}
