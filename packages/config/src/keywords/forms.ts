import { isMulticast, parseIp, type IpAddress, type IpFamily } from '@tandem/inet';
import type { Duration } from '@tandem/time';
import type { DriftPolicy } from '@tandem/vrrp';
import {
  address,
  addressPattern,
  decimalSeconds,
  integer,
  named,
  oneOf,
  word,
  type Argument,
} from '../argument.ts';
import { parsePrefixedInteger } from '../number.ts';

/** Seconds that fit in 32 bits of microseconds, the most that most of keepalived's timers hold. */
const TIMER_SECONDS_MAX = 4294.967295;
/** Those of checks hold 64 bits; three years are enough here. */
const LONG_TIMER_SECONDS_MAX = 100_000_000;

/** Seconds until something is given up. */
export const TIMER: Argument<Duration> = decimalSeconds({ min: 0.000001, max: TIMER_SECONDS_MAX });
/** A period of checks. */
export const LONG_TIMER: Argument<Duration> = decimalSeconds({
  min: 0.000001,
  max: LONG_TIMER_SECONDS_MAX,
});
/** A pause between checks. */
export const LONG_PAUSE: Argument<Duration> = decimalSeconds({
  min: 0,
  max: LONG_TIMER_SECONDS_MAX,
});

/** A mark of packets; 0x begins hexadecimal digits. */
export const FWMARK: Argument<number> = {
  ...integer({ min: 1, max: 0xffff_ffff }, { prefixed: true }),
};

/** Words of any kind, by what they are. */
export const HOST: Argument<string> = word(undefined, 'HOST');
export const INTERFACE: Argument<string> = word(15, 'INTERFACE');
export const PATH: Argument<string> = word(undefined, 'PATH');

/** What follows when somebody else removes what a master has set. */
export const DRIFT: Argument<DriftPolicy> = oneOf(named('restore', 'yield', 'fault'));

/**
 * @param family - the only family allowed, or either
 * @returns an argument that is a multicast address
 */
export function multicast(family?: IpFamily): Argument<IpAddress> {
  const limit = family === undefined ? 'a multicast address' : `an IPv${family} multicast address`;
  const base = address(family);
  return {
    ...base,
    limit,
    read(text) {
      const reading = base.read(text);
      if (reading.ok && isMulticast(reading.value)) return reading;
      return { ok: false, code: 'NOT_MULTICAST', limit };
    },
  };
}

/** @returns an argument that can be the name of an interface, and is no address */
function interfaceName(): Argument<string> {
  const base = word(15);
  return {
    ...base,
    placeholder: 'INTERFACE',
    read(text) {
      const right = parseIp(text) === undefined && !/[:/]/.test(text);
      return right ? base.read(text) : { ok: false, code: 'INVALID_LENGTH', limit: base.limit };
    },
  };
}

/** @returns an argument that names an interface that is to be made */
export function newInterfaceName(): Argument<string> {
  return nameable(interfaceName());
}

/** @returns an argument that names of interfaces begin with */
export function interfacePrefix(): Argument<string> {
  return nameable(word(undefined, 'PREFIX'));
}

/** @see linux net/core/dev.c — dev_valid_name; with % a name is a pattern */
function nameable(base: Argument<string>): Argument<string> {
  const limit = 'a name without blanks, colons, slashes and percent signs';
  const possible = String.raw`(?!.*[:/%\s])(?!\.{1,2}$)`;
  const matcher = new RegExp(`^${possible}`);
  const pattern = `^${possible}${String(base.schema['pattern']).slice(1)}`;
  return {
    ...base,
    schema: { ...base.schema, pattern },
    read: (text) =>
      matcher.test(text) ? base.read(text) : { ok: false, code: 'INVALID_NAME', limit },
  };
}

const MAC = '([0-9a-fA-F]{2}:){4,5}[0-9a-fA-F]{2}';

/** @returns an argument that is a MAC address; without its last octet, the VRID takes that place */
export function mac(): Argument<string> {
  const limit = 'a MAC address';
  const matcher = new RegExp(`^${MAC}$`);
  return {
    placeholder: 'MAC',
    limit,
    schema: { type: 'string', pattern: matcher.source },
    data: (value) => value,
    read: (value) =>
      matcher.test(value) ? { ok: true, value } : { ok: false, code: 'INVALID_ADDRESS', limit },
  };
}

/** @returns an argument that is an address with or without `/LENGTH`; its text stays as it is */
export function prefixed(): Argument<string> {
  return addressWith('/', '(/[0-9]{1,3})?', 'ADDRESS[/LENGTH]');
}

/** @returns an argument that is `ADDRESS`, `ADDRESS-LAST` or `ADDRESS/LENGTH` */
export function addressRange(): Argument<string> {
  return addressWith(/[-/]/, '([-/][0-9a-fA-F:.]+)?', 'ADDRESS[-LAST|/LENGTH]');
}

function addressWith(
  separator: string | RegExp,
  suffix: string,
  placeholder: string,
): Argument<string> {
  const limit = `an IP address`;
  return {
    placeholder,
    limit,
    schema: { type: 'string', pattern: addressPattern(undefined, suffix) },
    data: (value) => value,
    read: (value) =>
      parseIp(value.split(separator)[0] ?? '') === undefined
        ? { ok: false, code: 'INVALID_ADDRESS', limit }
        : { ok: true, value },
  };
}

/** Of a process. @see setpriority(2), sched_setscheduler(2) */
export const NICE: Argument<number> = integer({ min: -20, max: 19 });
export const REAL_TIME: Argument<number> = integer({ min: 1, max: 99 });
/** The kernel keeps 15 characters. */
export const PROCESS_NAME: Argument<string> = word(15);

/** Of files: octal digits after a zero. */
export const MODE: Argument<number> = {
  placeholder: 'MODE',
  limit: 'a mode such as 0177',
  schema: { type: 'string', pattern: '^0[0-7]{1,3}$' },
  data: (mode) => `0${mode.toString(8)}`,
  read(text) {
    const value = parsePrefixedInteger(text);
    return value !== undefined && value >= 0 && value <= 0o777
      ? { ok: true, value }
      : { ok: false, code: 'INVALID_NUMBER', limit: 'a mode such as 0177' };
  },
};
