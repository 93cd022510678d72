/** Where values of global_defs, sync groups and what they follow stand in keepalived's dump. */
import type { Settings } from '@tandem/config';
import {
  accountOf,
  all,
  below,
  field,
  list,
  scriptOf,
  valueOf,
  yesNo,
  type Field,
} from './field.ts';

type Group = Settings['syncGroups'][number];

/** Something to be followed, with the instances that do. */
export interface Followed<T> {
  readonly settings: T;
  readonly followers: readonly string[];
}

/** Values of global_defs, as the process of VRRP has them. */
export const VRRP_GLOBAL_FIELDS: readonly Field<Settings['global']>[] = [
  {
    name: 'recipients',
    theirs: (lines) => {
      const start = lines.findIndex((each) => each.startsWith(' Email notification to'));
      const end = lines.findIndex((each, i) => i > start && !each.startsWith('   '));
      return start < 0 ? '' : lines.slice(start + 1, end).join('\n');
    },
    ours: ({ mail }) => (mail?.to ?? []).map((each) => `   ${each}`).join('\n'),
  },
  field('VRRP IPv4 mcast group', ({ multicastGroup4 }) => multicastGroup4),
  field('VRRP IPv6 mcast group', ({ multicastGroup6 }) => multicastGroup6),
  gap('Gratuitous ARP interval', ({ garpInterval }) => garpInterval),
  gap('Gratuitous NA interval', ({ gnaInterval }) => gnaInterval),
  {
    name: 'script security',
    theirs: (lines) => all(lines, /^ Script security (.*)/)[0],
    ours: ({ enableScriptSecurity }) => (enableScriptSecurity ? 'enabled' : 'disabled'),
  },
  {
    name: 'script user',
    // Said once somebody has asked for it.
    theirs: (lines) => all(lines, /^ Default script uid:gid (.*)/)[0] ?? '0:0',
    ours: ({ scriptUser = {} }) => accountOf(scriptUser),
  },
];

/** Values of a sync group. */
export const GROUP_FIELDS: readonly Field<Group>[] = [
  { name: 'name', theirs: ([first = '']) => first.replace(/, .*/, ''), ours: ({ name }) => name },
  list('VRRP member instances', ({ members }) => members),
  field('Using smtp notification', ({ smtpAlert }) => yesNo(smtpAlert)),
  scriptOf('Master state transition script', ({ notify }) => notify.master),
  scriptOf('Backup state transition script', ({ notify }) => notify.backup),
  scriptOf('Fault state transition script', ({ notify }) => notify.fault),
  scriptOf('Stop state transition script', ({ notify }) => notify.stop),
  scriptOf('Generic state transition script', ({ notify }) => notify.any),
];

const NAME: Field<Followed<{ readonly name: string }>> = {
  name: 'name',
  theirs: ([first]) => first,
  ours: ({ settings }) => settings.name,
};
/** In any order: keepalived adds those of groups last. */
const FOLLOWERS: Field<Followed<unknown>> = {
  name: 'instances that follow it',
  theirs: (lines) => below(lines, 'Tracking instances').toSorted().join('\n'),
  ours: ({ followers }) => followers.toSorted().join('\n'),
};

/** Values of a vrrp_script. */
export const SCRIPT_FIELDS: readonly Field<Followed<Settings['trackScripts'][number]>>[] = [
  NAME,
  FOLLOWERS,
  field('Command', ({ settings: { argv } }) => argv.map((word) => `'${word}'`).join(' ')),
  field('Interval', ({ settings }) => `${settings.interval / 1000} sec`),
  {
    name: 'Timeout',
    theirs: (lines) => {
      const given = valueOf(lines, 'Timeout');
      return given === '0 sec' ? valueOf(lines, 'Interval') : given;
    },
    ours: ({ settings }) => `${settings.timeout / 1000} sec`,
  },
  field('Rise', ({ settings }) => settings.rise),
  field('Fall', ({ settings }) => settings.fall),
  field('Script uid:gid', ({ settings }) => accountOf(settings)),
];

/** Values of a track_file. */
export const FILE_FIELDS: readonly Field<Followed<Settings['trackFiles'][number]>>[] = [
  NAME,
  FOLLOWERS,
  field('File', ({ settings }) => settings.path),
];

/** Values of a vrrp_track_process. */
export const PROCESS_FIELDS: readonly Field<Followed<Settings['trackProcesses'][number]>>[] = [
  NAME,
  FOLLOWERS,
  field('Process', ({ settings }) => settings.process),
  field('Parameters', ({ settings: { parameters } }) => parameters.join(' ') || undefined),
  field('Param match', ({ settings: { match } }) => (match === 'exact' ? undefined : match)),
  field('Full command', ({ settings }) => settings.wholeCommand),
  field('Min processes', ({ settings }) => settings.quorum),
  field('Max processes', ({ settings }) => settings.quorumMax),
  field('Terminate delay', ({ settings }) => `${seconds(settings.terminateDelay)}s`),
  field('Fork delay', ({ settings }) => `${seconds(settings.forkDelay)}s`),
];

/** Without any gap the dump has neither line. */
function gap(
  name: string,
  ours: (settings: Settings['global']) => number | undefined,
): Field<Settings['global']> {
  return {
    name,
    theirs: (lines) => valueOf(lines, name) ?? seconds(0),
    ours: (settings) => seconds(ours(settings) ?? 0),
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(6);
}
