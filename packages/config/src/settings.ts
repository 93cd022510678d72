import type { BfdSettings } from '@tandem/bfd';
import type { TlsSettings, VirtualServerSettings } from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import type { Duration } from '@tandem/time';
import type {
  LinkDelays,
  ScriptSettings,
  StaticEntry,
  SyncGroupSettings,
  TrackFileSettings,
  TrackProcessSettings,
  TrackScriptSettings,
  VrrpInstanceSettings,
} from '@tandem/vrrp';

/** How mails leave. */
export interface MailSettings {
  /** Recipients; none means no mail. */
  readonly to: readonly string[];
  readonly from: string;
  /** Name or address of the relay. */
  readonly host: string;
  /** Default 25. */
  readonly port: number;
  /** Limit of each step of the dialogue. Default 30 s. */
  readonly connectTimeout: Duration;
  /** HELO argument. Default: the host's name with its domain. */
  readonly heloName: string;
  /** What has the host's name, and waits for somebody to find out its domain; absent: nothing. */
  readonly awaitsDomain?: readonly HostNamed[];
}

/** What mails have of the host's name where the file says nothing. */
export type HostNamed = 'routerId' | 'from' | 'heloName';

/** A FIFO that hears of changes, a line each. */
export interface NotifyFifoSettings {
  /** Whose changes: those of instances and sync groups, of virtual and real servers, or both. */
  readonly hears: 'all' | 'vrrp' | 'lvs';
  readonly path: string;
  /** Whose it becomes when it is created; absent: the daemon's own. */
  readonly user?: string;
  readonly group?: string;
  /** Started with the FIFO, whose path is appended. */
  readonly script?: ScriptSettings;
}

/** A script at one end of the daemon's life. */
export interface BoundaryScriptSettings extends ScriptSettings {
  /** After which it is ended. Default 10 s. */
  readonly timeout: Duration;
}

/** lvs_sync_daemon: what is absent is the kernel's choice. */
export interface SyncDaemonSettings {
  readonly interface: string;
  /** Whose state decides who sends; absent: both sends and listens. */
  readonly instance?: string;
  /** 0–255; absent: the VRID of the instance, else 0. */
  readonly syncId?: number;
  /** In bytes, 1–65507. */
  readonly maximumLength?: number;
  readonly port?: number;
  readonly ttl?: number;
  readonly group?: IpAddress;
}

/** How a process is to run. */
export interface ProcessSettings {
  /** What lists of processes show; absent: as it was started. */
  readonly name?: string;
  /** −20 (first) to 19; absent: the process decides. */
  readonly nice?: number;
  /** Priority among real-time processes, 1–99; absent: the process decides. */
  readonly roundRobin?: number;
  /** Numbers of those it runs on, at least one; absent: as it was started. */
  readonly processors?: readonly number[];
  /** How long it may run without a pause as a real-time process, 1 or more, in microseconds. */
  readonly realTimeUs?: number;
  /** Its program stays in memory. */
  readonly locked: boolean;
}

/** Where the daemon is. Whatever is not given here the command line may say. */
export interface PlaceSettings {
  /** Network namespace, as `ip netns` names it; absent: that of its start. */
  readonly namespace?: string;
  /** That of the IPVS table; absent: the same. */
  readonly ipvsNamespace?: string;
  /** Among several daemons of one namespace. */
  readonly instance?: string;
  /** Pid files are in a folder of their own. */
  readonly usesPidFolder: boolean;
  /** Namespace and instance are in the names of dumps. */
  readonly isInDumpNames: boolean;
}

/** The table that packets are dropped by. */
export interface NftablesSettings {
  /** Default: tandem. */
  readonly table: string;
  /** Of its chains; default -1. */
  readonly priority: number;
  readonly counters: boolean;
}

/** Interfaces whose announcements leave one after the other. */
export interface GarpGroupSettings {
  readonly interfaces: readonly string[];
  /** Absent: that of all interfaces. */
  readonly garpInterval?: Duration;
  /** Absent: that of all interfaces. */
  readonly gnaInterval?: Duration;
}

/** A receive buffer of netlink sockets. */
export interface NetlinkBuffer {
  /** 1 or more. */
  readonly bytes: number;
  /** Whether the limit of the kernel does not count. */
  readonly force: boolean;
}

/** global_defs, all defaults filled in. */
export interface GlobalSettings {
  /** Tag in mail subjects. Default: the host's name. */
  readonly routerId: string;
  /** Absent without notification_email or smtp_server. */
  readonly mail?: MailSettings;
  readonly enableScriptSecurity: boolean;
  readonly scriptUser?: { readonly user: string; readonly group?: string };
  readonly lvsFlush: boolean;
  readonly lvsFlushOnStop: boolean;
  /** In seconds; 0 leaves the kernel's. */
  readonly lvsTimeouts?: {
    readonly tcpSeconds: number;
    readonly tcpFinSeconds: number;
    readonly udpSeconds: number;
  };
  /** Absent: none, but for lvs_sync_daemon_interface of instances. */
  readonly lvsSyncDaemon?: SyncDaemonSettings;
  /** Of SSL_GET. */
  readonly tls?: TlsSettings;
  /** Run notify_up of real servers that are up at start. */
  readonly rsInitNotifies: boolean;
  /** Mail only when a real server changes, not each checker. */
  readonly noCheckerEmails: boolean;
  readonly noEmailFaults: boolean;
  readonly notifyFifos: readonly NotifyFifoSettings[];
  /** Tell the FIFOs all states of VRRP again after a reload. */
  readonly fifoStatesOnReload: boolean;
  /** Run before anything else. */
  readonly startupScript?: BoundaryScriptSettings;
  /** Run after everything else. */
  readonly shutdownScript?: BoundaryScriptSettings;
  readonly nftables: NftablesSettings;
  /** The kernel sends no reports of groups of 224.0.0.0/24. */
  readonly disableLocalIgmp?: boolean;
  /** Instances may be on interfaces that are not there at the start. */
  readonly dynamicInterfaces?: boolean;
  /** Absent: as it was started. */
  readonly supervisorName?: string;
  readonly vrrpProcess: ProcessSettings;
  readonly checkerProcess: ProcessSettings;
  readonly bfdProcess: ProcessSettings;
  readonly place: PlaceSettings;
  /** Of a stop; afterwards processes are killed. Default: 5 s. */
  readonly childWait: Duration;
  /** Of dumps, as for open(2). Default: the owner alone reads and writes. */
  readonly dumpMode: number;
  /** Paths of what signals ask for. */
  readonly dumpFiles: {
    readonly state: string;
    readonly statistics: string;
    readonly json: string;
  };
  /** Layout of the JSON dump; absent: the first one. */
  readonly jsonVersion?: 2;
  /** Refuse a reload for any mistake, and write what is wrong into the file. */
  readonly reloadCheck?: { readonly file?: string };
  /** While files are read at a reload, it is there; default: in the folder of the pid file. */
  readonly reloadFile?: { readonly path?: string };
  /** Scripts get all groups of their user. */
  readonly supplementaryGroups?: boolean;
  /** File with the time of the next reload, and whether it stays for the next day. */
  readonly reloadSchedule?: { readonly file: string; readonly repeat: boolean };
  readonly multicastGroup4: IpAddress;
  readonly multicastGroup6: IpAddress;
  /** Until then after the start of the daemon no wait for a master begins; absent: none. */
  readonly startupDelay?: Duration;
  /** The same, counted from boot. */
  readonly delayAfterBoot?: Duration;
  /** Log adverts of virtual routers that nobody has configured. */
  readonly logUnknownRouters: boolean;
  /** Gap between gratuitous ARPs on an interface; absent: none. */
  readonly garpInterval?: Duration;
  /** Gap between unsolicited neighbour advertisements on an interface; absent: none. */
  readonly gnaInterval?: Duration;
  /** Each interface is in one of them at most; absent: none. */
  readonly garpGroups?: readonly GarpGroupSettings[];
  /** Those that are not of the size that the daemon decides. */
  readonly netlinkBuffers?: {
    readonly vrrpCommand?: NetlinkBuffer;
    readonly vrrpMonitor?: NetlinkBuffer;
    readonly lvsCommand?: NetlinkBuffer;
    readonly lvsMonitor?: NetlinkBuffer;
  };
  /** Of interfaces, each once at most; absent: none. */
  readonly linkDelays?: readonly LinkDelays[];
}

/** A whole configuration: typed, defaulted, immutable, and plain data that travels as JSON. */
export interface Settings {
  readonly global: GlobalSettings;
  readonly vrrpInstances: readonly VrrpInstanceSettings[];
  readonly syncGroups: readonly SyncGroupSettings[];
  /** In the order in which they are set: addresses, routes, rules. */
  readonly staticEntries: readonly StaticEntry[];
  readonly trackScripts: readonly TrackScriptSettings[];
  readonly trackFiles: readonly TrackFileSettings[];
  readonly trackProcesses: readonly TrackProcessSettings[];
  /** No two of them have the same neighbour. */
  readonly bfdSessions: readonly BfdSettings[];
  readonly virtualServers: readonly VirtualServerSettings[];
}
