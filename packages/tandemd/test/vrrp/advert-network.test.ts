import { constants as os } from 'node:os';
import { constants, RawSocket, SocketError } from '@tandem/raw-socket';
import { expect, onTestFinished, test, vi } from 'vitest';
import { AdvertNetwork } from '../../src/vrrp/advert-network.ts';
import { InterfaceTable } from '../../src/vrrp/interface-table.ts';
import { SequenceNumbers } from '../../src/vrrp/sequence-numbers.ts';
import { ip, kernelAddress, kernelLink, ownerSettings } from './fake-host.ts';

/** The kernel doubles what it is asked for, and has a limit far above that. */
function receiveBuffer(socket: RawSocket): number {
  const bytes = socket.getOption(constants.SOL_SOCKET, constants.SO_RCVBUF, 4);
  return new Int32Array(bytes.slice().buffer)[0] ?? 0;
}

test('vrrp_rx_bufs_policy MTU: an interface that comes later gets the room of its MTU', () => {
  const opened: RawSocket[] = [];
  const open = RawSocket.open.bind(RawSocket);
  const spy = vi.spyOn(RawSocket, 'open').mockImplementation((...wanted) => {
    const socket = open(...wanted);
    opened.push(socket);
    return socket;
  });
  const interfaces = new InterfaceTable();
  const nobody = { packet: () => {}, garbage: () => {}, detail: () => {}, warn: () => {} };
  const network = new AdvertNetwork(interfaces, nobody, new SequenceNumbers(0, 0));
  onTestFinished(() => {
    spy.mockRestore();
    network.forget('lo');
    network.close();
  });
  const settings = ownerSettings({
    interface: 'lo',
    receiveRoom: { packets: 7, of: 'mtu' },
  });
  network.configure([settings]);
  interfaces.noteLink(kernelLink({ index: 1, name: 'lo', mtu: 9000 }), false);
  network.listen(settings);
  expect(opened.map(receiveBuffer)).toContain(2 * 7 * 9000);
});

test('the last advert of a master goes out by its interface also when that has another name, and by no other', () => {
  const interfaces = new InterfaceTable();
  const nobody = { packet: () => {}, garbage: () => {}, detail: () => {}, warn: () => {} };
  const network = new AdvertNetwork(interfaces, nobody, new SequenceNumbers(0, 0));
  onTestFinished(() => network.close());
  const send = vi.spyOn(RawSocket.prototype, 'send').mockReturnValue(1);
  onTestFinished(() => send.mockRestore());
  const settings = ownerSettings({ interface: 'lo' });
  const leave = (): string | undefined =>
    network.send({ settings, source: ip('127.0.0.1'), priority: 0, oldChecksumPeers: [] });
  interfaces.noteLink(kernelLink({ index: 1, name: 'lo' }), false);
  network.listen(settings);
  interfaces.noteLink(kernelLink({ index: 1, name: 'other' }), false);
  network.forget('lo');
  expect(leave()).toBeUndefined();
  expect(send).toHaveBeenCalledExactlyOnceWith([expect.objectContaining({ interfaceIndex: 1 })]);
  interfaces.noteLink(kernelLink({ index: 1, name: 'other' }), true);
  expect(leave()).toBe('ENODEV');
});

test('an advert for which no socket can be opened says why, and the next one is sent', () => {
  const interfaces = new InterfaceTable();
  const nobody = { packet: () => {}, garbage: () => {}, detail: () => {}, warn: () => {} };
  const network = new AdvertNetwork(interfaces, nobody, new SequenceNumbers(0, 0));
  onTestFinished(() => network.close());
  const send = vi.spyOn(RawSocket.prototype, 'send').mockReturnValue(1);
  onTestFinished(() => send.mockRestore());
  interfaces.noteLink(kernelLink({ index: 1, name: 'lo' }), false);
  const settings = ownerSettings({ interface: 'lo' });
  const advert = { settings, source: ip('127.0.0.1'), priority: 100, oldChecksumPeers: [] };
  const open = vi.spyOn(RawSocket, 'open').mockImplementation(() => {
    throw new SocketError('socket', os.errno.EMFILE);
  });
  try {
    expect(network.send(advert)).toBe('EMFILE');
  } finally {
    open.mockRestore();
  }
  expect(network.send(advert)).toBeUndefined();
  expect(send).toHaveBeenCalledOnce();
});

test('an interface that was without IPv6 gets another socket, as its groups are gone', () => {
  const open = vi.spyOn(RawSocket, 'open');
  const interfaces = new InterfaceTable();
  const nobody = { packet: () => {}, garbage: () => {}, detail: () => {}, warn: () => {} };
  const network = new AdvertNetwork(interfaces, nobody, new SequenceNumbers(0, 0));
  onTestFinished(() => {
    open.mockRestore();
    network.forget('lo');
    network.close();
  });
  const [own, virtual] = ['fe80::1', 'fe80::2'].map((each) =>
    kernelAddress(each, { interfaceIndex: 1 }),
  );
  if (own === undefined || virtual === undefined) throw new Error('two addresses');
  const settings = ownerSettings({
    interface: 'lo',
    family: 6,
    version: 3,
    multicastGroup: ip('ff02::12'),
  });
  const opened = (): number => {
    open.mockClear();
    network.listen(settings);
    return open.mock.calls.length;
  };
  interfaces.noteLink(kernelLink({ index: 1, name: 'lo' }), false);
  for (const each of [own, virtual]) interfaces.noteAddress(each, false);
  expect(opened()).toBeGreaterThan(0);
  interfaces.noteAddress(virtual, true);
  expect(opened()).toBe(0);
  interfaces.noteAddress(own, true);
  interfaces.noteAddress(own, false);
  expect(opened()).toBe(1);
  expect(opened()).toBe(0);
});
