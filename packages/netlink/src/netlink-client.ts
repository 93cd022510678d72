import type { SocketError } from '@tandem/raw-socket';
import { decodeAcknowledgement } from './acknowledgement.ts';
import { AnswerWatch } from './answer-watch.ts';
import {
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_MIN_TYPE,
  NLMSG_NOOP,
} from './constants.ts';
import { MessageWriter } from './message-writer.ts';
import type { NetlinkMessage } from './message.ts';
import { ERRNO, NetlinkError } from './netlink-error.ts';
import type { NetlinkRequest } from './netlink-request.ts';
import { RequestQueue } from './request-queue.ts';
import { NetlinkSocket, type NetlinkTransport, type ReceiveBuffer } from './netlink-socket.ts';

/** Limits of a client; the defaults fit a daemon. */
export interface NetlinkClientOptions {
  /** Receive buffer to ask for, in bytes; 1 MiB. */
  readonly receiveBufferBytes?: number;
  /** Requests sent and not yet answered, at most; as many as the receive buffer has room for. */
  readonly windowRequests?: number;
  /** Without any answer for one to two times this, what waits fails with ETIMEDOUT; 5000. */
  readonly timeoutMs?: number;
}

/** How a request ended: the messages of its answer, or the error. */
type Settle = (error: NetlinkError | undefined, answers: readonly NetlinkMessage[]) => void;

interface Pending {
  readonly request: NetlinkRequest;
  readonly kind: 'change' | 'exchange' | 'dump';
  readonly settle: Settle;
  /** Absent: none came yet. */
  answers: NetlinkMessage[] | undefined;
  /** Reads of a dump so far. */
  reads: number;
  /** The dump was disturbed: it has to be read again. */
  again: boolean;
}

const USUAL_BUFFER: ReceiveBuffer = { bytes: 1_048_576, force: true };

const NO_ANSWERS: readonly NetlinkMessage[] = [];

/** What the kernel charges for one ack, generously. */
const ACK_BYTES = 2048;

/** A datagram is sent when it holds this much; the send buffer takes several times that. */
const DATAGRAM_BYTES = 32_768;

/** A table that changes during each of so many reads will not hold still for one more. */
const READS_MAX = 16;

/** After so many reads other work of the process goes first. */
const READS_IN_TURN = 32;

/** After an overrun: how long the receive queue gets to run empty before it is probed. */
const PROBE_DELAY_MS = 10;

/**
 * Changes nothing, and every netlink family acknowledges it. Behind a change that the kernel may
 * leave without an answer it tells that there is none: netlink_rcv_skb() answers no request that
 * ended with EINTR.
 */
export const BARRIER: NetlinkRequest = {
  type: NLMSG_NOOP,
  encode: () => {},
  describe: () => 'wait for the changes before',
};

/**
 * Requests over one netlink socket. Changes are pipelined: many in one send, as many outstanding
 * as the receive buffer has room for acks. Reads are done alone, one after the other. Requests are
 * sent, and settle, in the order in which they were made.
 *
 * The kernel handles a request while it is sent and answers in order. When an answer is lost to an
 * overrun of the receive buffer, a probe behind the others finds out which, and those requests fail
 * with ENOBUFS: whether they were carried out is unknown and has to be read. So does a request
 * without an answer when a later one has its own, unless it is sure to be answered when it fails:
 * such changes are not acknowledged, but each datagram of them ends with a barrier that is.
 */
export class NetlinkClient {
  readonly #socket: NetlinkTransport;
  readonly #writer = new MessageWriter();
  readonly #queue = new RequestQueue<Pending>();
  readonly #outstanding = new Map<number, Pending>();
  readonly #watch: AnswerWatch;
  #window: number;
  readonly #timeoutMs: number;
  #sequence = 0;
  #probe: number | undefined;
  #overrun = false;
  /** Whether the last request written is answered only when it fails. */
  #isSilent = false;
  #blocked = false;
  #pumping = false;
  #readsInTurn = 0;
  #closed: NetlinkError | undefined;
  #probeTimer: NodeJS.Timeout | undefined;

  /**
   * @param socket - not listened to yet; the client closes it
   * @param options - limits
   */
  constructor(socket: NetlinkTransport, options: NetlinkClientOptions = {}) {
    this.#socket = socket;
    this.#timeoutMs = options.timeoutMs ?? 5000;
    const isWaiting = (): boolean => this.#outstanding.size > 0 || this.#queue.length > 0;
    this.#watch = new AnswerWatch(this.#timeoutMs, isWaiting, () => this.#giveUp());
    this.#window = options.windowRequests ?? this.#room();
    this.#socket.listen({
      messages: (messages) => this.#receive(messages),
      lost: (reason) => this.#lost(reason),
      failed: (error) => this.#fail(error),
    });
  }

  /**
   * Opens a socket of its own.
   * @param protocol - NETLINK_ROUTE 0, NETLINK_GENERIC 16
   * @param options - limits
   * @throws SocketError when no socket can be had
   */
  static open(protocol: number, options: NetlinkClientOptions = {}): NetlinkClient {
    const size = options.receiveBufferBytes ?? USUAL_BUFFER.bytes;
    return new NetlinkClient(new NetlinkSocket(protocol, size), options);
  }

  /** @param buffer - for answers; undefined: as without any options */
  resize(buffer: ReceiveBuffer = USUAL_BUFFER): void {
    this.#socket.resize(buffer);
    this.#window = this.#room();
  }

  /** How many acks the receive buffer holds. */
  #room(): number {
    const room = Math.floor(this.#socket.receiveBufferBytes / ACK_BYTES);
    return Math.max(1, Math.min(room, 1024));
  }

  /**
   * A change that is answered by an ack alone.
   * @throws NetlinkError when the kernel refuses; ENOBUFS when the outcome is unknown
   */
  change(request: NetlinkRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle: Settle = (error) => (error === undefined ? resolve() : reject(error));
      this.#enqueue(request, 'change', settle);
    });
  }

  /**
   * Many changes, pipelined and in order; one that fails does not stop the others.
   * @returns for each request its error, or undefined when it succeeded
   */
  changeAll(requests: readonly NetlinkRequest[]): Promise<(NetlinkError | undefined)[]> {
    const { length } = requests;
    if (this.#closed !== undefined) {
      const cause = this.#closed;
      return Promise.resolve(requests.map((each) => failure(each, ERRNO.closed, { cause })));
    }
    return new Promise((resolve) => {
      const results = Array.from<NetlinkError | undefined>({ length });
      let left = length;
      if (left === 0) resolve(results);
      this.#queue.pushSeries(length, (index) =>
        pendingOf('change', requests[index] as NetlinkRequest, (error) => {
          results[index] = error;
          left -= 1;
          if (left === 0) resolve(results);
        }),
      );
      this.#schedule();
    });
  }

  /**
   * A question with one answer.
   * @returns the messages before the ack
   * @throws NetlinkError when the kernel refuses
   */
  exchange(request: NetlinkRequest): Promise<readonly NetlinkMessage[]> {
    return this.#read(request, 'exchange');
  }

  /**
   * Reads a table. When it changed meanwhile it is read again, a few times.
   * @returns all messages of a read that was not disturbed
   * @throws NetlinkError when the kernel refuses; EINTR when the table did not hold still
   */
  dump(request: NetlinkRequest): Promise<readonly NetlinkMessage[]> {
    return this.#read(request, 'dump');
  }

  /** Ends all: what is outstanding fails with ECANCELED. May be called twice. */
  close(): void {
    this.#end(new NetlinkError('netlink socket closed', ERRNO.closed));
  }

  #read(request: NetlinkRequest, kind: 'exchange' | 'dump'): Promise<readonly NetlinkMessage[]> {
    return new Promise((resolve, reject) => {
      this.#enqueue(request, kind, (error, answers) => {
        if (error === undefined) resolve(answers);
        else reject(error);
      });
    });
  }

  #enqueue(request: NetlinkRequest, kind: Pending['kind'], settle: Settle): void {
    if (this.#closed !== undefined) {
      settle(failure(request, ERRNO.closed, { cause: this.#closed }), NO_ANSWERS);
      return;
    }
    this.#queue.push(pendingOf(kind, request, settle));
    this.#schedule();
  }

  /** Requests made in one go leave in one send. */
  #schedule(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
      this.#collect();
    });
  }

  /**
   * The kernel carries changes out, and begins to answer reads, while they are sent: who waits for
   * the last ones goes on in this turn of the event loop, but not for ever.
   */
  #collect(): void {
    if (this.#closed !== undefined || this.#blocked || this.#queue.length > 0) return;
    const first = this.#outstanding.values().next().value;
    if (first === undefined) return;
    if (first.kind !== 'change') {
      this.#readsInTurn = (this.#readsInTurn + 1) % READS_IN_TURN;
      if (this.#readsInTurn === 0) return;
    }
    this.#socket.receiveNow();
  }

  /** Sends what the window has room for. */
  #pump(): void {
    while (this.#closed === undefined && !this.#blocked && this.#mayWrite()) {
      while (this.#mayWrite() && this.#writer.length < DATAGRAM_BYTES) this.#write();
      if (this.#isSilent) this.#write(pendingOf('change', BARRIER, () => {}));
      this.#flush();
    }
  }

  #mayWrite(): boolean {
    const next = this.#queue.peek();
    if (next === undefined || this.#overrun || this.#outstanding.size >= this.#window) return false;
    if (this.#outstanding.size === 0) return true;
    if (next.kind !== 'change') return false;
    // A read is alone: the first outstanding request is then the only one.
    const first = this.#outstanding.values().next().value;
    return first?.kind === 'change';
  }

  /** @param pending - to be put into the datagram; absent: the head of the queue */
  #write(pending: Pending | undefined = this.#queue.take()): void {
    if (pending === undefined) return;
    const { request, kind } = pending;
    const sequence = this.#nextSequence();
    const isSilent = isSure(pending) && this.#queue.length > 0;
    const answer = kind === 'dump' ? NLM_F_DUMP : isSilent ? 0 : NLM_F_ACK;
    this.#writer.begin(request.type, NLM_F_REQUEST | (request.flags ?? 0) | answer, sequence);
    try {
      request.encode(this.#writer);
    } catch (cause) {
      // A value that cannot be written fails its own request, not those beside it.
      this.#writer.abandon();
      pending.settle(failure(request, ERRNO.invalid, { cause }), NO_ANSWERS);
      return;
    }
    this.#writer.end();
    this.#isSilent = isSilent;
    this.#outstanding.set(sequence, pending);
  }

  #flush(): void {
    if (this.#writer.length === 0) return;
    try {
      this.#blocked = !this.#socket.send(this.#writer.finish());
      // After it: to set a timer takes as long as the half of a send.
      this.#watch.sign();
    } catch (error) {
      this.#fail(error as SocketError);
      return;
    }
    if (this.#blocked) {
      this.#socket.onWritable(() => {
        this.#blocked = false;
        if (this.#closed === undefined) this.#flush();
        this.#pump();
      });
    } else {
      this.#writer.reset();
    }
  }

  #nextSequence(): number {
    this.#sequence = this.#sequence >= 0xffff_ffff ? 1 : this.#sequence + 1;
    return this.#sequence;
  }

  #receive(messages: readonly NetlinkMessage[]): void {
    if (this.#closed !== undefined) return;
    this.#watch.sign();
    for (const message of messages) this.#accept(message);
    // Half the window is free, or nothing is left: worth another send.
    if (this.#outstanding.size <= this.#window / 2) this.#pump();
  }

  #accept(message: NetlinkMessage): void {
    const { type, sequence } = message;
    if (sequence === this.#probe && type === NLMSG_ERROR) {
      this.#probe = undefined;
      this.#skipTo(sequence);
      this.#overrun = false;
      return;
    }
    const pending = this.#outstanding.get(sequence);
    if (pending === undefined) return;
    if ((message.flags & NLM_F_DUMP_INTR) !== 0) pending.again = true;
    if (type >= NLMSG_MIN_TYPE) {
      (pending.answers ??= []).push(message);
    } else if (type === NLMSG_ERROR || type === NLMSG_DONE) {
      this.#skipTo(sequence);
      this.#outstanding.delete(sequence);
      this.#conclude(pending, message);
    }
  }

  /** The kernel answers in order: what was sent before and is not answered by now never will be. */
  #skipTo(sequence: number): void {
    for (const [earlier, pending] of this.#outstanding) {
      if (earlier === sequence) return;
      // The parts of a dump come one by one, as the queue has room.
      if (pending.kind === 'dump') continue;
      this.#outstanding.delete(earlier);
      if (isSure(pending) && !this.#overrun) {
        pending.settle(undefined, NO_ANSWERS);
        continue;
      }
      const detail = 'no answer came, the outcome is unknown';
      pending.settle(failure(pending.request, ERRNO.lost, { detail }), NO_ANSWERS);
    }
  }

  #conclude(pending: Pending, message: NetlinkMessage): void {
    const { request } = pending;
    const ack = decodeAcknowledgement(message);
    if (!ack.ok) {
      pending.settle(failure(request, ERRNO.malformed, { detail: ack.reason }), NO_ANSWERS);
    } else if (ack.value.errno !== 0) {
      pending.settle(failure(request, ack.value.errno, ack.value), NO_ANSWERS);
    } else if (pending.kind === 'dump' && pending.again) {
      this.#readAgain(pending);
    } else {
      pending.settle(undefined, pending.answers ?? NO_ANSWERS);
    }
  }

  #readAgain(pending: Pending): void {
    pending.reads += 1;
    if (pending.reads >= READS_MAX) {
      const detail = `the table changed or was cut during each of ${READS_MAX} reads`;
      pending.settle(failure(pending.request, ERRNO.interrupted, { detail }), NO_ANSWERS);
      return;
    }
    pending.answers = undefined;
    pending.again = false;
    this.#queue.putBack(pending);
    this.#schedule();
  }

  #lost(reason: 'overrun' | 'truncated' | 'malformed'): void {
    // A dump ends by itself even so, and is then repeated; acks must be looked for.
    for (const pending of this.#outstanding.values()) pending.again = true;
    if (this.#outstanding.size === 0 && !this.#overrun) return;
    this.#overrun = true;
    this.#probe = undefined;
    clearTimeout(this.#probeTimer);
    this.#probeTimer = setTimeout(
      () => this.#sendProbe(),
      reason === 'overrun' ? PROBE_DELAY_MS : 0,
    );
  }

  /** Its ack is behind all other answers. */
  #sendProbe(): void {
    if (this.#closed !== undefined) return;
    this.#probe = this.#nextSequence();
    const writer = new MessageWriter(16);
    writer.begin(BARRIER.type, NLM_F_REQUEST | NLM_F_ACK, this.#probe);
    writer.end();
    try {
      if (!this.#socket.send(writer.finish())) {
        this.#probeTimer = setTimeout(() => this.#sendProbe(), PROBE_DELAY_MS);
      }
    } catch (error) {
      this.#fail(error as SocketError);
    }
  }

  #giveUp(): void {
    this.#overrun = false;
    this.#probe = undefined;
    this.#writer.reset();
    const late = [...this.#outstanding.values()];
    this.#outstanding.clear();
    // What cannot be sent is not answered either.
    if (this.#blocked) late.push(...this.#queue.drain());
    const detail = `no answer within ${this.#timeoutMs} ms`;
    for (const { request, settle } of late) {
      settle(failure(request, ERRNO.timedOut, { detail }), NO_ANSWERS);
    }
    this.#pump();
  }

  #fail(error: SocketError): void {
    this.#end(new NetlinkError('netlink socket', error.errno, { cause: error }));
  }

  #end(reason: NetlinkError): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#watch.stop();
    clearTimeout(this.#probeTimer);
    this.#socket.close();
    const left = [...this.#outstanding.values(), ...this.#queue.drain()];
    this.#outstanding.clear();
    for (const { request, settle } of left) {
      settle(failure(request, reason.errno, { cause: reason }), NO_ANSWERS);
    }
  }
}

function pendingOf(kind: Pending['kind'], request: NetlinkRequest, settle: Settle): Pending {
  return { request, kind, settle, answers: undefined, reads: 0, again: false };
}

function isSure({ kind, request }: Pending): boolean {
  return kind === 'change' && request.isSure === true;
}

function failure(
  request: NetlinkRequest,
  errno: number,
  context: { detail?: string; cause?: unknown },
): NetlinkError {
  return new NetlinkError(request.describe(), errno, {
    ...context,
    meaning: request.meaning?.(errno),
  });
}
