export type {
  CheckSettings,
  CheckTarget,
  CheckTiming,
  CommandSettings,
  ForwardingMethod,
  HttpCheckSettings,
  Protocol,
  RealServerSettings,
  TcpCheckSettings,
  UrlSettings,
  VirtualServerKey,
  VirtualServerSettings,
} from './settings.ts';
