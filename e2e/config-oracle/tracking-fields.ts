/** Where values of sync groups and of what can be followed stand in keepalived's dump. */
import type { ConfigurationDocument, Settings } from '@tandem/config';
import {
  accountOf,
  field,
  list,
  match,
  present,
  scriptOf,
  yesNo,
  type Field,
  type Part,
} from './field.ts';
import { sessionTexts, weightText, type WithSaid } from './vrrp-fields.ts';
import { textOf } from './said.ts';

/** With what is said of it. */
export type Group = Settings['syncGroups'][number] & WithSaid;

/** Something to be followed, with the instances that do. */
export interface Followed<T> {
  readonly settings: T;
  readonly said: ConfigurationDocument;
  readonly followers: readonly string[];
}

/** Values of a sync group. */
export const GROUP_PART: Part<Group> = {
  fields: [
    { name: 'name', theirs: ({ title }) => title.replace(/, .*/, ''), ours: ({ name }) => name },
    list('VRRP member instances', ({ members }) => members),
    field('Using smtp notification', ({ smtpAlert }) => yesNo(smtpAlert)),
    scriptOf('Master state transition script', ({ notify }) => notify.master),
    scriptOf('Backup state transition script', ({ notify }) => notify.backup),
    scriptOf('Fault state transition script', ({ notify }) => notify.fault),
    scriptOf('Stop state transition script', ({ notify }) => notify.stop),
    scriptOf('Generic state transition script', ({ notify }) => notify.any),
    present(
      /^ {3}sync group tracking weight set$/,
      ({ said }) => said['sync_group_tracking_weight'] === true,
    ),
    list('Tracked BFDs', (each) => sessionTexts(each, ':')),
  ],
  leftOut: [
    { lines: /^ {3}Num member fault /, why: 'a state' },
    {
      lines: /^ {3}Tracked (?:interfaces|scripts|files|process) :$|^ {5}\S+,? weight /,
      why: 'its members follow it, and what is followed says so',
    },
  ],
};

const NAME: Field<Followed<{ readonly name: string }>> = {
  name: 'name',
  theirs: ({ title }) => title,
  ours: ({ settings }) => settings.name,
};
/** In any order: keepalived adds those of groups last. */
const FOLLOWERS: Field<Followed<unknown>> = {
  name: 'instances that follow it',
  theirs: (lines) => lines.below('Tracking instances').toSorted().join('\n'),
  ours: ({ followers }) => followers.toSorted().join('\n'),
};

/** What those have that name no weight of their own. */
function weight(usual: number): Field<Followed<unknown>> {
  return field('Weight', ({ said }) => weightText(undefined, said['weight'] ?? usual));
}

/** Values of a vrrp_script. */
export const SCRIPT_PART: Part<Followed<Settings['trackScripts'][number]>> = {
  fields: [
    NAME,
    FOLLOWERS,
    field('Command', ({ settings: { argv } }) => argv.map((word) => `'${word}'`).join(' ')),
    field('Interval', ({ settings }) => `${settings.interval / 1000} sec`),
    {
      name: 'Timeout',
      theirs: (lines) => {
        const given = lines.valueOf('Timeout');
        return given === '0 sec' ? lines.valueOf('Interval') : given;
      },
      ours: ({ settings }) => `${settings.timeout / 1000} sec`,
    },
    field('Rise', ({ settings }) => settings.rise),
    field('Fall', ({ settings }) => settings.fall),
    field('Script uid:gid', ({ settings }) => accountOf(settings)),
    weight(0),
  ],
  leftOut: [
    {
      lines: /^ {3}(?:Result|Insecure|Init state|Status|State) = /,
      why: 'what comes of running it',
    },
    { lines: /^ {3}VRRP instances :$/, why: 'always empty' },
  ],
};

/** Values of a track_file. */
export const FILE_PART: Part<Followed<Settings['trackFiles'][number]>> = {
  fields: [
    NAME,
    FOLLOWERS,
    field('File', ({ settings }) => settings.path),
    field('Status', ({ settings: { initial } }) => initial?.value ?? 0),
    weight(1),
  ],
  leftOut: [],
};

/** Values of a vrrp_track_process. */
export const PROCESS_PART: Part<Followed<Settings['trackProcesses'][number]>> = {
  fields: [
    NAME,
    FOLLOWERS,
    field('Process', ({ settings }) => settings.process),
    field('Parameters', ({ settings: { parameters } }) => parameters.join(' ') || undefined),
    match('param_match', /^ {3}Param match(.*)/, ({ settings: { match: how, parameters } }) =>
      how === 'exact' ? (parameters.length > 0 ? '' : undefined) : ` = ${how}`,
    ),
    field('Full command', ({ settings }) => settings.wholeCommand),
    field('Min processes', ({ settings }) => settings.quorum),
    field('Max processes', ({ settings }) => settings.quorumMax),
    field('Terminate delay', ({ settings }) => `${seconds(settings.terminateDelay)}s`),
    field('Fork delay', ({ settings }) => `${seconds(settings.forkDelay)}s`),
    weight(0),
  ],
  leftOut: [
    { lines: /^ {3}(?:Current processes|Have quorum) = /, why: 'what runs just now' },
    { lines: /^ {3}(?:Fork|Terminate) delay timer /, why: 'a state' },
  ],
};

/** A session, of which there is only what is said. */
export const SESSION_PART: Part<Followed<unknown>> = {
  fields: [
    { name: 'name', theirs: ({ title }) => title, ours: ({ said }) => textOf(said['name']) },
    weight(0),
    FOLLOWERS,
  ],
  leftOut: [
    { lines: /^ {3}Bfd is down$/, why: 'a state' },
    { lines: /^ {3}Tracking VRRP instances :$/, why: 'a title' },
  ],
};

function seconds(ms: number): string {
  return (ms / 1000).toFixed(6);
}
