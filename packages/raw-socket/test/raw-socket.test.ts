import { afterEach, expect, test } from 'vitest';

import {
  constants,
  htons,
  int32Option,
  interfaceIndex,
  RawSocket,
  SocketError,
} from '../src/index.ts';
import type { SocketAddress } from '../src/index.ts';
import {
  caught,
  EXPERIMENTAL_PROTOCOL,
  inbox,
  LOOPBACK,
  numbered,
  rawIpv4,
  udp,
  userNetlink,
  type Bound,
} from './traffic.ts';
import { errorWithoutPrivilege } from './without-privilege.ts';

const open: RawSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

function keep<T extends RawSocket | Bound>(opened: T): T {
  open.push(opened instanceof RawSocket ? opened : opened.socket);
  return opened;
}

/** Lets a test give what the types forbid. */
const wrong = (value: unknown): never => value as never;

const LO = interfaceIndex('lo') ?? 0;
const { IPPROTO_IP, IPPROTO_IPV6 } = constants;

test('a datagram arrives with its bytes and its sender', async () => {
  const receiver = keep(udp());
  const sender = keep(udp());
  const box = inbox(receiver.socket);
  expect(
    sender.socket.send([{ data: Uint8Array.of(1, 2, 3), destination: receiver.address }]),
  ).toBe(1);
  await box.until(() => box.messages.length === 1);
  expect(box.messages[0]).toEqual({
    data: Uint8Array.of(1, 2, 3),
    source: sender.address,
    destination: undefined,
    interfaceIndex: undefined,
    ttl: undefined,
    truncated: false,
  });
});

test('destination, interface and TTL are reported for raw IPv4 multicast', async () => {
  const receiver = keep(rawIpv4());
  receiver.setOption(IPPROTO_IP, constants.IP_PKTINFO, int32Option(1));
  receiver.setOption(IPPROTO_IP, constants.IP_RECVTTL, int32Option(1));
  receiver.joinGroup('239.1.2.3', LO);
  const sender = keep(rawIpv4());
  sender.setOption(IPPROTO_IP, constants.IP_MULTICAST_TTL, int32Option(254));
  const box = inbox(receiver);
  sender.send([
    {
      data: Uint8Array.of(7),
      destination: { family: 'inet', address: '239.1.2.3', port: 0 },
      interfaceIndex: LO,
      source: '127.9.8.7',
    },
  ]);
  await box.until(() => box.messages.length === 1);
  const [message] = box.messages;
  expect(message).toMatchObject({
    source: { family: 'inet', address: '127.9.8.7', port: 0 },
    destination: '239.1.2.3',
    interfaceIndex: LO,
    ttl: 254,
  });
  expect(message?.data.length).toBe(21);
  expect(message?.data[9]).toBe(EXPERIMENTAL_PROTOCOL);
  expect(message?.data[20]).toBe(7);
});

test('destination, interface and hop limit are reported for IPv6', async () => {
  const receiver = keep(udp('::1'));
  receiver.socket.setOption(IPPROTO_IPV6, constants.IPV6_RECVPKTINFO, int32Option(1));
  receiver.socket.setOption(IPPROTO_IPV6, constants.IPV6_RECVHOPLIMIT, int32Option(1));
  const sender = keep(udp('::1'));
  sender.socket.setOption(IPPROTO_IPV6, constants.IPV6_UNICAST_HOPS, int32Option(9));
  const box = inbox(receiver.socket);
  sender.socket.send([
    { data: Uint8Array.of(6), destination: receiver.address, interfaceIndex: LO, source: '::1' },
  ]);
  await box.until(() => box.messages.length === 1);
  expect(box.messages[0]).toEqual({
    data: Uint8Array.of(6),
    source: sender.address,
    destination: '::1',
    interfaceIndex: LO,
    ttl: 9,
    truncated: false,
  });
});

/** CLOCK_MONOTONIC in ms. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

test('when a message arrived, not when it was read, is told where it is asked for', async () => {
  const [receiver, other] = [keep(udp()), keep(udp())];
  receiver.socket.setOption(constants.SOL_SOCKET, constants.SO_TIMESTAMPNS, int32Option(1));
  const [box, otherBox] = [inbox(receiver.socket), inbox(other.socket)];
  const sender = keep(udp()).socket;
  const arrivals: { before: number; arrived: number; sent: number }[] = [];
  // The kernel begins to stamp arrivals some time after the option is set, and until then when they
  // are read: this asks until it has begun.
  for (let attempt = 0; attempt < 200; attempt++) {
    const before = now();
    sender.send(numbered(1, receiver.address));
    const sent = now();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    receiver.socket.receiveNow();
    arrivals.push({ before, arrived: box.messages.at(-1)?.arrivedMs ?? NaN, sent });
    if ((arrivals.at(-1)?.arrived ?? NaN) <= sent) break;
  }
  // Somebody may be slewing the wall clock.
  expect(arrivals.filter(({ before, arrived }) => !(arrived >= before - 0.1))).toEqual([]);
  expect(arrivals.at(-1)?.arrived).toBeLessThanOrEqual(arrivals.at(-1)?.sent ?? NaN);
  sender.send(numbered(1, other.address));
  await otherBox.until(() => otherBox.messages.length === 1);
  expect(otherBox.messages[0]?.arrivedMs).toBeUndefined();
});

test('a packet socket sends and receives whole frames with interface and protocol', async () => {
  const protocol = 0x88b5;
  const kind = { domain: constants.AF_PACKET, type: constants.SOCK_RAW, protocol: htons(protocol) };
  const receiver = keep(RawSocket.open(kind));
  const there: SocketAddress = {
    family: 'packet',
    interfaceIndex: LO,
    protocol,
    hardwareAddress: new Uint8Array(6),
  };
  receiver.bind(there);
  const box = inbox(receiver);
  const frame = new Uint8Array(60);
  frame.set([0x88, 0xb5], 12);
  frame.set([0xab], 14);
  expect(keep(RawSocket.open(kind)).send([{ data: frame, destination: there }])).toBe(1);
  await box.until(() => box.messages.length > 0);
  expect(box.messages[0]).toMatchObject({ data: frame, source: there, interfaceIndex: LO });
});

test('netlink answers come from port 0, and the own port is known', async () => {
  const socket = keep(
    RawSocket.open({
      domain: constants.AF_NETLINK,
      type: constants.SOCK_RAW,
      protocol: constants.NETLINK_ROUTE,
    }),
  );
  socket.bind({ family: 'netlink', portId: 0, groups: 0 });
  const port = socket.localAddress();
  expect(port).toMatchObject({ family: 'netlink', groups: 0 });
  const request = new Uint8Array(32);
  new Uint32Array(request.buffer, 0, 1)[0] = 32;
  new Uint16Array(request.buffer, 4, 2).set([18, 0x301]);
  const box = inbox(socket);
  socket.send([{ data: request }]);
  await box.until(() => box.messages.length > 0);
  expect(box.messages[0]?.source).toEqual({ family: 'netlink', portId: 0, groups: 0 });
  const answer = box.messages[0]?.data ?? new Uint8Array(16);
  expect(new DataView(answer.buffer, answer.byteOffset).getUint32(12, true)).toBe(
    port.family === 'netlink' ? port.portId : -1,
  );
});

test('messages keep their order and their own bytes over many batches', async () => {
  const receiver = keep(udp());
  receiver.socket.setOption(constants.SOL_SOCKET, constants.SO_RCVBUFFORCE, int32Option(1 << 22));
  const box = inbox(receiver.socket, { batch: 7, bufferBytes: 2048 });
  const messages = numbered(500, receiver.address);
  expect(keep(udp()).socket.send(messages)).toBe(500);
  await box.until(() => box.messages.length === 500);
  expect(box.messages.map((message) => message.data[0])).toEqual(
    messages.map(({ data }) => data[0]),
  );
  expect(Math.max(...box.batches)).toBe(7);
  expect(box.batches.length).toBeLessThan(100);
});

test('a message longer than the buffer is cut and says so; an empty one is a message', async () => {
  const receiver = keep(udp());
  const box = inbox(receiver.socket, { bufferBytes: 16 });
  const destination = receiver.address;
  keep(udp()).socket.send([
    { data: new Uint8Array(17).fill(5), destination },
    { data: new Uint8Array(16).fill(6), destination },
    { data: new Uint8Array(0), destination },
  ]);
  await box.until(() => box.messages.length === 3);
  expect(box.messages.map(({ data, truncated }) => [data.length, truncated])).toEqual([
    [16, true],
    [16, false],
    [0, false],
  ]);
});

test('a filter drops in the kernel what it returns 0 for', async () => {
  const receiver = keep(udp());
  receiver.socket.attachFilter([
    { code: 0x30, jt: 0, jf: 0, k: 8 }, // ldb [8]: the first byte after the UDP header
    { code: 0x15, jt: 0, jf: 1, k: 3 },
    { code: 0x06, jt: 0, jf: 0, k: 0xffffffff },
    { code: 0x06, jt: 0, jf: 0, k: 0 },
  ]);
  const box = inbox(receiver.socket);
  keep(udp()).socket.send([...numbered(5, receiver.address), ...numbered(5, receiver.address)]);
  await box.until(() => box.messages.length === 2);
  expect(box.messages.map(({ data }) => data[0])).toEqual([3, 3]);
});

test('an invalid filter is EINVAL', () => {
  const error = caught(() => keep(udp()).socket.attachFilter([{ code: 0x30, jt: 0, jf: 0, k: 0 }]));
  expect(error).toMatchObject({ code: 'EINVAL', errno: 22, syscall: 'setsockopt' });
});

test('a full receiver makes send stop early, and onWritable resumes it without loss', async () => {
  const receiver = keep(userNetlink());
  const sender = keep(userNetlink());
  const messages = numbered(1000, receiver.address).map(({ destination }, i) => ({
    destination,
    data: new Uint8Array(1024).fill(i & 0xff),
  }));
  let sent = sender.socket.send(messages);
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(1000);
  const box = inbox(receiver.socket);
  const resume = (): void => {
    sent += sender.socket.send(messages.slice(sent));
    if (sent < messages.length) sender.socket.onWritable(resume);
  };
  sender.socket.onWritable(resume);
  await box.until(() => box.messages.length === 1000);
  expect(box.messages.every(({ data }, i) => data[0] === (i & 0xff))).toBe(true);
});

test('an overrun is reported as ENOBUFS and receiving goes on', async () => {
  const receiver = keep(userNetlink(1));
  receiver.socket.setOption(constants.SOL_SOCKET, constants.SO_RCVBUF, int32Option(4096));
  const box = inbox(receiver.socket);
  const sender = keep(userNetlink());
  const destination: SocketAddress = { family: 'netlink', portId: 0, groups: 1 };
  // Every member of the group has its copy before the kernel, which is none, refuses its own.
  const broadcast = (value: number): unknown =>
    caught(() => sender.socket.send([{ data: Uint8Array.of(value), destination }]));
  for (const round of [1, 2, 3]) {
    for (let i = 0; i < 200; i += 1) broadcast(i);
    await box.until(() => box.errors.length === round);
    expect(box.errors.at(-1)).toMatchObject({ code: 'ENOBUFS', syscall: 'recvmmsg' });
    broadcast(99 + round);
    await box.until(() => box.messages.at(-1)?.data[0] === 99 + round);
  }
});

test('an ICMP error is reported by the handler and does not stop the socket', async () => {
  const socket = keep(udp());
  socket.socket.setOption(IPPROTO_IP, 11 /* IP_RECVERR */, int32Option(1));
  const box = inbox(socket.socket);
  const gone = udp();
  gone.socket.close();
  socket.socket.send([{ data: Uint8Array.of(1), destination: gone.address }]);
  await box.until(() => box.errors.length === 1);
  expect(box.errors[0]).toMatchObject({ code: 'ECONNREFUSED' });
  keep(udp()).socket.send([{ data: Uint8Array.of(2), destination: socket.address }]);
  await box.until(() => box.messages.length === 1);
});

test('a failing message names how many went before it', () => {
  const receiver = keep(udp());
  const messages = [
    ...numbered(70, receiver.address),
    { data: new Uint8Array(70_000), destination: receiver.address },
  ];
  const error = caught(() => keep(udp()).socket.send(messages));
  expect(error).toBeInstanceOf(SocketError);
  expect(error).toMatchObject({ code: 'EMSGSIZE', syscall: 'sendmmsg', sent: 70 });
});

test('the same address can be sent to again and again, by several sockets', async () => {
  const receiver = keep(udp());
  const box = inbox(receiver.socket);
  const [message] = numbered(1, receiver.address);
  for (const { socket } of [keep(udp()), keep(udp())])
    for (let i = 0; i < 2; i += 1) expect(socket.send(message ? [message] : [])).toBe(1);
  await box.until(() => box.messages.length === 4);
});

test('nothing to send is nothing sent', () => {
  expect(keep(udp()).socket.send([])).toBe(0);
});

test('errors carry code, errno and system call', () => {
  expect(caught(() => RawSocket.open({ domain: 99, type: 3, protocol: 0 }))).toMatchObject({
    name: 'SocketError',
    code: 'EAFNOSUPPORT',
    errno: 97,
    syscall: 'socket',
  });
  expect(
    caught(() => keep(rawIpv4()).bind({ family: 'inet', address: '203.0.113.1', port: 0 })),
  ).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind' });
  const { socket } = keep(udp());
  expect(caught(() => socket.setOption(IPPROTO_IP, 9999, int32Option(1)))).toMatchObject({
    code: 'ENOPROTOOPT',
    message: expect.stringContaining('option 9999'),
  });
  expect(caught(() => socket.getOption(IPPROTO_IP, 9999, 4))).toMatchObject({
    code: 'ENOPROTOOPT',
  });
  expect(caught(() => socket.joinGroup('224.0.0.18', 0x7fffffff))).toMatchObject({
    code: 'ENODEV',
  });
  expect(caught(() => socket.leaveGroup('224.0.0.18', LO))).toMatchObject({
    code: 'EADDRNOTAVAIL',
  });
});

test('opening a raw socket without the privilege is EPERM', () => {
  const open = 'addon.RawSocket.open({ domain: AF_INET, type: SOCK_RAW, protocol: 253 })';
  expect(errorWithoutPrivilege(open)).toEqual({ code: 'EPERM', errno: 1, syscall: 'socket' });
});

test('options are written and read as bytes', () => {
  const { socket } = keep(udp());
  socket.setOption(IPPROTO_IP, constants.IP_TTL, int32Option(77));
  expect(socket.getOption(IPPROTO_IP, constants.IP_TTL, 4)).toEqual(int32Option(77));
  const name = new TextEncoder().encode('lo\0');
  socket.setOption(constants.SOL_SOCKET, constants.SO_BINDTODEVICE, name);
  expect(socket.getOption(constants.SOL_SOCKET, constants.SO_BINDTODEVICE, 16)).toEqual(name);
});

test('groups of both families are joined once and left', () => {
  const four = keep(udp()).socket;
  four.joinGroup('224.0.0.18', LO);
  expect(caught(() => four.joinGroup('224.0.0.18', LO))).toMatchObject({ code: 'EADDRINUSE' });
  four.leaveGroup('224.0.0.18', LO);
  const six = keep(udp('::1')).socket;
  six.joinGroup('ff02::12', LO);
  six.leaveGroup('ff02::12', LO);
  expect(caught(() => six.leaveGroup('ff02::12', LO))).toMatchObject({ code: 'EADDRNOTAVAIL' });
});

test('a closed socket says so, whatever is asked of it', () => {
  const { socket, address } = udp();
  socket.close();
  socket.close();
  const calls: (() => unknown)[] = [
    () => socket.bind(address),
    () => socket.localAddress(),
    () => socket.setOption(IPPROTO_IP, constants.IP_TTL, int32Option(1)),
    () => socket.getOption(IPPROTO_IP, constants.IP_TTL, 4),
    () => socket.joinGroup('224.0.0.18', LO),
    () => socket.leaveGroup('224.0.0.18', LO),
    () => socket.attachFilter([{ code: 6, jt: 0, jf: 0, k: 0 }]),
    () => socket.receive({ messages() {}, error() {} }),
    () => socket.send([{ data: Uint8Array.of(1), destination: address }]),
    () => socket.send([]),
    () => socket.receiveNow(),
    () => socket.onWritable(() => {}),
    () => socket.ref(),
    () => socket.unref(),
  ];
  for (const call of calls) expect(call).toThrow('socket is closed');
});

test('wrong arguments are TypeErrors', () => {
  const { socket, address } = keep(udp());
  const data = Uint8Array.of(1);
  const calls: (() => unknown)[] = [
    () => RawSocket.open(wrong(undefined)),
    () => RawSocket.open(wrong({ domain: '2', type: 3, protocol: 0 })),
    () => RawSocket.open({ domain: 2.5, type: 3, protocol: 0 }),
    () => RawSocket.open({ domain: -1, type: 3, protocol: 0 }),
    () => RawSocket.open({ domain: 2, type: Number.NaN, protocol: 0 }),
    () => RawSocket.open({ domain: 2, type: 3, protocol: 2 ** 31 }),
    () => socket.bind(wrong(undefined)),
    () => socket.bind(wrong({ family: 'unix' })),
    () => socket.bind({ family: 'inet', address: '::1', port: 0 }),
    () => socket.bind({ family: 'inet', address: LOOPBACK, port: 65_536 }),
    () => socket.bind({ family: 'inet6', address: LOOPBACK, port: 0, scopeId: 0 }),
    () => socket.bind(wrong({ family: 'netlink', portId: -1, groups: 0 })),
    () => socket.bind(wrong({ family: 'packet', interfaceIndex: 1, protocol: 1 })),
    () => socket.setOption(0, 2, wrong([1, 0, 0, 0])),
    () => socket.setOption(0, 2, wrong(new Uint32Array(1))),
    () => socket.setOption(0, 2, wrong(new DataView(new ArrayBuffer(4)))),
    () => socket.setOption(wrong('0'), 2, int32Option(1)),
    () => socket.setOption(constants.SOL_SOCKET, 26 /* SO_ATTACH_FILTER */, new Uint8Array(16)),
    () => socket.getOption(0, 2, -1),
    () => socket.joinGroup('nowhere', LO),
    () => socket.joinGroup('224.0.0.18', -1),
    () => socket.attachFilter(wrong([{ code: 6, jt: 256, jf: 0, k: 0 }])),
    () => socket.receive(wrong({})),
    () => socket.receive({ messages() {}, error() {} }, { batch: 0 }),
    () => socket.receive({ messages() {}, error() {} }, { batch: 1025 }),
    () => socket.receive({ messages() {}, error() {} }, { bufferBytes: 0 }),
    () => socket.receive({ messages() {}, error() {} }, { batch: 1024, bufferBytes: 1 << 24 }),
    () => socket.send(wrong(undefined)),
    () => socket.send(wrong([undefined])),
    () => socket.send(wrong([{ data: 'text', destination: address }])),
    () => socket.send([{ data, destination: address, source: '::1' }]),
    () => socket.send([{ data, destination: address, interfaceIndex: 1.5 }]),
    () => keep(userNetlink()).socket.send([{ data, interfaceIndex: 1 }]),
    () => socket.onWritable(wrong('now')),
    () => int32Option(2 ** 31),
  ];
  for (const [i, call] of calls.entries())
    expect(caught(call), `call ${i}`).toBeInstanceOf(TypeError);
});

test('a second receive is refused and the first goes on', async () => {
  const receiver = keep(udp());
  const box = inbox(receiver.socket);
  expect(() => inbox(receiver.socket)).toThrow('socket is already receiving');
  keep(udp()).socket.send(numbered(1, receiver.address));
  await box.until(() => box.messages.length === 1);
});

test('a handler may close its socket in the middle of a batch', async () => {
  const receiver = udp();
  const done = new Promise<number>((resolve) => {
    receiver.socket.receive(
      {
        messages(batch) {
          receiver.socket.close();
          resolve(batch.length);
        },
        error() {},
      },
      { batch: 2 },
    );
  });
  keep(udp()).socket.send(numbered(50, receiver.address));
  expect(await done).toBe(2);
  expect(() => receiver.socket.localAddress()).toThrow('socket is closed');
});

test('what has arrived can be had at once, from within a handler, too', () => {
  const receiver = keep(udp());
  const sender = keep(udp()).socket;
  const seen: (number | undefined)[] = [];
  receiver.socket.receiveNow();
  receiver.socket.receive(
    {
      messages(batch) {
        seen.push(...batch.map(({ data }) => data[0]));
        if (seen.length < 3) receiver.socket.receiveNow();
      },
      error() {},
    },
    { batch: 1 },
  );
  sender.send(numbered(3, receiver.address));
  receiver.socket.receiveNow();
  expect(seen).toEqual(numbered(3, receiver.address).map(({ data }) => data[0]));
});

test("a handler's exception is an uncaughtException, and receiving goes on", async () => {
  const receiver = keep(udp());
  const seen: unknown[] = [];
  const got: (number | undefined)[] = [];
  const done = new Promise<void>((resolve) => {
    process.setUncaughtExceptionCaptureCallback((error) => seen.push(error));
    receiver.socket.receive(
      {
        messages(batch) {
          got.push(batch[0]?.data[0]);
          if (got.length === 3) resolve();
          else throw new Error(`bad day ${got.length}`);
        },
        error() {},
      },
      { batch: 1 },
    );
  });
  keep(udp()).socket.send(numbered(3, receiver.address));
  try {
    await done;
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
  expect(seen).toEqual([new Error('bad day 1'), new Error('bad day 2')]);
  expect(got).toEqual([0, 1, 2]);
});

test('onWritable calls once', async () => {
  const { socket } = keep(udp());
  let calls = 0;
  await new Promise<void>((resolve) => {
    socket.onWritable(() => {
      calls += 1;
      socket.onWritable(() => resolve());
    });
  });
  expect(calls).toBe(1);
});

test('bytes received stay as they are when more arrives', async () => {
  const receiver = keep(udp());
  const sender = keep(udp());
  const box = inbox(receiver.socket, { batch: 1, bufferBytes: 64 });
  for (const value of [1, 2, 3]) {
    sender.socket.send([{ data: new Uint8Array(64).fill(value), destination: receiver.address }]);
    await box.until(() => box.messages.length === value);
  }
  expect(box.messages.map(({ data }) => [data[0], data[63]])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(box.messages.map(({ source }) => source)).toEqual(Array(3).fill(sender.address));
});
