export { Alarm } from './alarm.ts';
export { constants } from './constants.ts';
export type { BpfInstruction } from './filter.ts';
export {
  enterNetworkNamespace,
  interfaceIndex,
  limitRealTime,
  lockMemory,
  parentPid,
  setAffinity,
  setNice,
  setParentDeathSignal,
  setProcessName,
  setRoundRobin,
} from './process-control.ts';
export { answerWithTime, readTime } from './pulse.ts';
export {
  int32Option,
  RawSocket,
  type OutgoingMessage,
  type ReceiveHandler,
  type ReceiveOptions,
  type SocketKind,
} from './raw-socket.ts';
export type { ReceivedMessage } from './records.ts';
export { onSignal } from './signal.ts';
export { htons, type SocketAddress } from './socket-address.ts';
export { SocketError } from './socket-error.ts';
export {
  Stream,
  streamRoute,
  type StreamNews,
  type StreamOptions,
  type StreamRoute,
} from './stream.ts';
export { LoopTimer } from './loop-timer.ts';
export { sendUnixDatagram } from './unix-datagram.ts';
