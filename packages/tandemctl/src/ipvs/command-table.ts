/** The commands of ipvsadm(8), and which options each needs and takes. */
import type { OptionName } from './option-table.ts';
import type { Spelling } from './words.ts';

/** As messages name it. */
export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'flush'
  | 'restore'
  | 'save'
  | 'add-server'
  | 'edit-server'
  | 'delete-server'
  | 'list'
  | 'zero'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'help'
  | 'version';

/** One way to write a command. */
export interface IpvsCommand extends Spelling {
  readonly name: CommandName;
  readonly needs: readonly OptionName[];
  readonly takes: readonly OptionName[];
  /** Of its argument, in the help. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  readonly help: string;
}

const SERVICE: readonly OptionName[] = [
  'scheduler',
  'persistent',
  'netmask',
  'ops',
  'pe',
  'sched-flags',
];

const SERVER: readonly OptionName[] = [
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
];

const LIST: readonly OptionName[] = [
  'numeric',
  'connection',
  'service-address',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'tun-info',
];

const DAEMON: readonly OptionName[] = [
  'mcast-interface',
  'syncid',
  'sync-maxlen',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
];

const ROLES = ['master', 'backup'];

/** @see ipvsadm(8) COMMANDS */
export const COMMANDS: readonly IpvsCommand[] = [
  {
    short: 'A',
    long: 'add-service',
    name: 'add-service',
    needs: ['service-address'],
    takes: SERVICE,
    help: 'add a virtual service',
  },
  {
    short: 'E',
    long: 'edit-service',
    name: 'edit-service',
    needs: ['service-address'],
    takes: SERVICE,
    help: 'change one; what is not named becomes the default',
  },
  {
    short: 'D',
    long: 'delete-service',
    name: 'delete-service',
    needs: ['service-address'],
    takes: [],
    help: 'delete one with its real servers',
  },
  { short: 'C', long: 'clear', name: 'flush', needs: [], takes: [], help: 'delete all' },
  {
    short: 'R',
    long: 'restore',
    name: 'restore',
    needs: [],
    takes: [],
    help: 'carry out the standard input, a command line each',
  },
  {
    short: 'S',
    long: 'save',
    name: 'save',
    needs: [],
    takes: ['numeric'],
    help: 'print the table as -R reads it',
  },
  {
    short: 'a',
    long: 'add-server',
    name: 'add-server',
    needs: ['service-address', 'real-server'],
    takes: SERVER,
    help: 'add a real server to a service',
  },
  {
    short: 'e',
    long: 'edit-server',
    name: 'edit-server',
    needs: ['service-address', 'real-server'],
    takes: SERVER,
    help: 'change one; what is not named becomes the default',
  },
  {
    short: 'd',
    long: 'delete-server',
    name: 'delete-server',
    needs: ['service-address', 'real-server'],
    takes: [],
    help: 'remove one',
  },
  {
    short: 'L',
    long: 'list',
    name: 'list',
    needs: [],
    takes: LIST,
    help: 'list the table, which no command does too',
  },
  { short: 'l', long: 'list', name: 'list', needs: [], takes: LIST, help: 'the same' },
  {
    short: 'Z',
    long: 'zero',
    name: 'zero',
    needs: [],
    takes: ['service-address'],
    help: 'zero the counters of a service or of all',
  },
  {
    long: 'set',
    name: 'set',
    needs: [],
    takes: [],
    help: 'set the timeouts: seconds for TCP, TCP after FIN, and UDP; 0 leaves one as it is',
  },
  {
    long: 'start-daemon',
    argument: 'required',
    name: 'start-daemon',
    needs: [],
    takes: DAEMON,
    placeholder: 'role',
    choices: ROLES,
    help: 'start the sync daemon of a role',
  },
  {
    long: 'stop-daemon',
    argument: 'required',
    name: 'stop-daemon',
    needs: [],
    takes: ['syncid'],
    placeholder: 'role',
    choices: ROLES,
    help: 'stop the sync daemon of a role',
  },
  { short: 'h', long: 'help', name: 'help', needs: [], takes: [], help: 'print this' },
  { short: 'v', long: 'version', name: 'version', needs: [], takes: [], help: 'print the version' },
];
