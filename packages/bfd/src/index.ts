export {
  decodeControlPacket,
  encodeControlPacket,
  inMicroseconds,
  type ControlPacket,
  type ControlPacketReason,
  type SessionStateName,
} from './control-packet.ts';
export { describeDiagnostic } from './diagnostic.ts';
export { readDatagram, type Datagram, type DatagramReason } from './receive.ts';
export {
  createSession,
  detectionTime,
  isSameSession,
  resumeSession,
  sessionDeadline,
  transmitInterval,
  type BfdSession,
} from './session.ts';
export type { BfdSettings } from './settings.ts';
export { stepSession, type BfdEffect, type BfdEvent, type BfdStep } from './step.ts';
