/** Sizes of receive buffers of sockets: keywords of global_defs and vrrp_instance. */
import type { ReceiveRoom, VrrpInstanceSettings } from '@tandem/vrrp';
import { boolean, integer, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, optional } from '../form.ts';
import type { Keyword } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import type { GlobalSettings, NetlinkBuffer } from '../settings.ts';

type Sockets = keyof NonNullable<GlobalSettings['netlinkBuffers']>;

/** What global_defs says of them. */
export interface ReceiveBuffersDraft {
  /** MTU, ADVERT or a number of bytes. */
  receivePolicy?: string;
  receivePackets?: number;
  netlinkBuffers?: { readonly [S in Sockets]?: Partial<NetlinkBuffer> };
}

const BYTES = integer({ min: 0, max: 0xffff_ffff }, { unit: 'bytes' });
const PACKETS_BY_DEFAULT = 3;

const BUFFER_POLICIES = /^(?:mtu|advert)$/i;
const BUFFER_POLICY: Argument<string> = {
  placeholder: 'MTU|ADVERT|N',
  limit: 'MTU, ADVERT or a number of bytes',
  schema: { type: 'string', pattern: '^(MTU|ADVERT|[0-9]{1,9})$' },
  data: (value) => value,
  read(text) {
    if (BUFFER_POLICIES.test(text)) return { ok: true, value: text.toUpperCase() };
    return BYTES.read(text).ok
      ? { ok: true, value: text }
      : { ok: false, code: 'INVALID_WORD', limit: this.limit };
  },
};

const SIZE = form({ value: BYTES });
const FORCE = form({ value: optional(boolean('optional')) });

// prettier-ignore
const SOCKETS: readonly (readonly [prefix: string, sockets: Sockets, usual: string, doc: string])[] = [
  ['vrrp_netlink_cmd_rcv_bufs', 'vrrpCommand', '1048576, by force', 'Receive buffer of the socket by which the VRRP process reads and changes interfaces, addresses, routes and rules.'],
  ['vrrp_netlink_monitor_rcv_bufs', 'vrrpMonitor', '4194304, by force', 'Receive buffer of those by which it hears of changes of them; what is lost is read again.'],
  ['lvs_netlink_cmd_rcv_bufs', 'lvsCommand', '1048576, by force', 'Receive buffer of the socket by which the process of the virtual servers reads addresses, for ha_suspend; at its next opening.'],
  ['lvs_netlink_monitor_rcv_bufs', 'lvsMonitor', '4194304, by force', 'Receive buffer of the one by which it hears of changes of them; at its next opening.'],
];

/** Their rows in the keyword table of global_defs. */
// prettier-ignore
export const RECEIVE_BUFFER_ROWS: readonly Keyword<ReceiveBuffersDraft>[] = [
  ...SOCKETS.flatMap(([keyword, sockets, otherwise, doc]): Keyword<ReceiveBuffersDraft>[] => {
    const set = (draft: ReceiveBuffersDraft, buffer: Partial<NetlinkBuffer>): void => {
      draft.netlinkBuffers = { ...draft.netlinkBuffers, [sockets]: { ...draft.netlinkBuffers?.[sockets], ...buffer } };
    };
    return [
      { kind: 'custom', keyword, bare: 'error', form: SIZE, apply: (draft, call) => set(draft, readSize(call)), otherwise, doc },
      { kind: 'custom', keyword: `${keyword}_force`, form: FORCE, apply: (draft, call) => set(draft, readForce(call)), doc: 'That number may exceed /proc/sys/net/core/rmem_max.' },
    ];
  }),
  { kind: 'value', keyword: 'vrrp_rx_bufs_policy', bare: 'error', set: 'receivePolicy', argument: BUFFER_POLICY, otherwise: '1048576 a socket', doc: 'Receive buffers of the sockets that adverts come by: for each instance so many MTUs of its interface, so many adverts, or that number of bytes.' },
  { kind: 'value', keyword: 'vrrp_rx_bufs_multiplier', bare: 'error', set: 'receivePackets', argument: integer({ min: 1, max: 0xffff_ffff }), default: PACKETS_BY_DEFAULT, doc: 'How many MTUs or adverts vrrp_rx_bufs_policy means.' },
];

/** The row in the keyword table of vrrp_instance. */
export const RECEIVE_BYTES_ROW: Keyword<{ receiveBytes?: number }> = {
  kind: 'value',
  keyword: 'kernel_rx_buf_size',
  bare: 'error',
  set: 'receiveBytes',
  argument: BYTES,
  otherwise: 'as vrrp_rx_bufs_policy says',
  doc: 'Its part of the receive buffer of the socket that its adverts come by; 0 says nothing.',
};

function readSize(call: Call): Partial<NetlinkBuffer> {
  const { value: bytes } = readForm(SIZE, call.arguments, call) ?? {};
  return bytes === undefined ? {} : { bytes };
}

function readForce(call: Call): Partial<NetlinkBuffer> {
  const { value: force = true } = readForm(FORCE, call.arguments, call) ?? {};
  return { force };
}

/**
 * @param draft - what global_defs says
 * @returns the sizes that are given; without a size there is nothing to force
 */
export function finishNetlinkBuffers({
  netlinkBuffers = {},
}: ReceiveBuffersDraft): Pick<GlobalSettings, 'netlinkBuffers'> {
  const sized = Object.entries(netlinkBuffers).flatMap(([sockets, { bytes = 0, force = false }]) =>
    bytes === 0 ? [] : [[sockets, { bytes, force }] as const],
  );
  return sized.length === 0 ? {} : { netlinkBuffers: Object.fromEntries(sized) };
}

/**
 * @param draft - of an instance
 * @returns its room, if anybody says something about it
 */
export function finishReceiveRoom({
  receiveBytes: own = 0,
  globals: { receivePolicy: policy, receivePackets: packets = PACKETS_BY_DEFAULT },
}: {
  readonly receiveBytes?: number;
  readonly globals: ReceiveBuffersDraft;
}): Pick<VrrpInstanceSettings, 'receiveRoom'> {
  const receiveRoom = own > 0 ? { bytes: own } : roomBy(policy, packets);
  return receiveRoom === undefined ? {} : { receiveRoom };
}

function roomBy(policy: string | undefined, packets: number): ReceiveRoom | undefined {
  if (policy === 'MTU') return { packets, of: 'mtu' };
  if (policy === 'ADVERT') return { packets, of: 'advert' };
  const bytes = Number(policy ?? 0);
  return bytes > 0 ? { bytes } : undefined;
}
