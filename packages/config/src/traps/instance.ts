import { inSeconds } from '@tandem/time';
import { statementsOf } from '../tree-reading.ts';
import type { Statement } from '../tree.ts';
import { when, type Finding, type InstanceSubject, type Trap } from './trap.ts';

const TAKEOVER_SECONDS_MAX = 10;
const OWNER = 255;

/** Traps of one instance by itself. */
// prettier-ignore
export const INSTANCE_TRAPS: readonly Trap<InstanceSubject>[] = [
  { code: 'PRIORITY_FROM_STATE', find: priorityFromState },
  { code: 'SLOW_TAKEOVER', find: slowTakeover },
  { code: 'STRICT_DROPS_PACKETS', find: strictDropsPackets },
  { code: 'STATE_OF_OWNER', find: stateOfOwner },
  { code: 'PASSWORD_WITHOUT_TYPE', find: passwordWithoutType },
];

function priorityFromState({ settings, call }: InstanceSubject): readonly Finding[] {
  const state = call.inside('state');
  const given = call.inside('priority') !== undefined;
  return when(settings.priority === OWNER && !given && state !== undefined, () => ({
    message:
      'state MASTER without a priority means 255, the owner of the addresses: nopreempt and trackers with a weight have no effect',
    at: state,
    hint: "add 'priority 150', and a lower one on the other boxes",
  }));
}

function stateOfOwner({ settings, call }: InstanceSubject): readonly Finding[] {
  const { priority, initialState } = settings;
  return when(priority === OWNER && initialState === 'BACKUP', () => ({
    message: 'priority 255 takes the addresses from any other box, whatever state says',
    at: call.inside('state'),
    hint: 'choose a priority up to 254',
  }));
}

/** Until a box that has died without a word is replaced: the adverts it may miss, and the skew. */
function slowTakeover({ settings, call }: InstanceSubject): readonly Finding[] {
  const { advertisementInterval, downTimerAdverts } = settings;
  const longest = inSeconds(advertisementInterval) * downTimerAdverts;
  return when(longest > TAKEOVER_SECONDS_MAX, () => ({
    message: `a takeover waits ${downTimerAdverts} adverts, which is ${longest} s without service`,
    at: call.inside('advert_int', 'down_timer_adverts'),
    hint: "'advert_int 1' is usual, on all boxes alike",
  }));
}

function strictDropsPackets({ settings, call, outline }: InstanceSubject): readonly Finding[] {
  const strict = statementsOf(call.statement.block, 'strict_mode').at(-1) ?? outline.index.strict;
  const wanted = settings.accept || call.inside('no_accept') !== undefined;
  return when(strict !== undefined && !wanted, () => ({
    message: `strict mode drops every packet to the addresses of ${settings.name}, so that neither ping nor a service answers`,
    at: strict,
    hint:
      settings.version === 3
        ? "add 'accept' to the instance"
        : "remove it, or write 'version 3' and 'accept'",
  }));
}

/** An auth_type that cannot be read has been complained about already. */
function passwordWithoutType({ settings, call }: InstanceSubject): readonly Finding[] {
  const given = statementsOf(call.statement.block, 'authentication');
  const inside = (keyword: string): Statement | undefined =>
    given.flatMap(({ block }) => statementsOf(block, keyword)).at(-1);
  const password = inside('auth_pass');
  const silent = settings.version === 2 && inside('auth_type') === undefined;
  return when(silent && password !== undefined, () => ({
    message: 'auth_pass without auth_type: adverts go out without authentication',
    at: password?.words[0],
    hint: "add 'auth_type PASS' to authentication, or remove it",
  }));
}
