/** The protocol's version of an instance, and what hangs on it. */
import { inSeconds, milliseconds, seconds, type Duration } from '@tandem/time';
import type { Authentication } from '@tandem/vrrp';
import type { Call } from './call.ts';
import type { InstanceDraft } from './keywords/vrrp-instance.ts';
import { statementsOf } from './tree-reading.ts';

const CENTISECONDS_MAX = 4095;

/** An instance, as far as its version depends on it. */
interface Place {
  readonly draft: InstanceDraft;
  readonly family: 4 | 6;
  readonly strict: boolean;
}

/**
 * IPv6 is version 3, whatever the default is, unless the instance itself says 2.
 * @param instance - the block as read, and what follows from it
 * @param call - the statement that opens the block
 * @returns the version of its adverts
 */
export function finishVersion({ draft, family, strict }: Place, call: Call): 2 | 3 {
  if (family === 4) return draft.version ?? draft.globals.vrrpVersion ?? 2;
  if (draft.version !== 2 || !strict) return draft.version ?? 3;
  const message = 'cannot use IPv6 with VRRP version 2 and vrrp_strict; version 3 is used';
  call.complain('IPV6_IS_VERSION_3', message, { at: call.inside('version') });
  return 3;
}

/**
 * @param instance - the block as read, and what follows from it
 * @param call - the statement that opens the block
 * @returns the authentication that its version and family can have, or none after a complaint
 */
export function finishAuthentication(
  { draft, family, version }: Pick<Place, 'draft' | 'family'> & { readonly version: 2 | 3 },
  call: Call,
): { readonly authentication?: Authentication } {
  const { type, password } = draft.authentication ?? {};
  if (type === undefined) return {};
  const at = call.inside('authentication');
  if (version === 3) {
    call.complain(
      'AUTHENTICATION_IN_VERSION_3',
      'VRRP version 3 does not support authentication; ignoring it',
      { at },
    );
    return {};
  }
  if (password === undefined || password === '') {
    if (password === undefined && hasPassword(call)) return {};
    call.complain(
      'MISSING_PASSWORD',
      'Authentication specified but no password given; ignoring it',
      { at, hint: "add 'auth_pass PASSWORD'" },
    );
    return {};
  }
  if (type === 'AH' && family === 6) {
    const message = 'Cannot use AH authentication with IPv6; ignoring it';
    call.complain('AH_WITH_IPV6', message, { at });
    return {};
  }
  return { authentication: { type, password } };
}

/** A password that cannot be read has been complained about already. */
function hasPassword({ statement }: Call): boolean {
  return statementsOf(statement.block, 'authentication').some(
    ({ block }) => statementsOf(block, 'auth_pass').length > 0,
  );
}

/**
 * @param draft - the block as read
 * @param version - that it uses
 * @param call - the statement that opens the block
 * @returns the interval in the steps that the version counts in
 */
export function finishInterval(draft: InstanceDraft, version: 2 | 3, call: Call): Duration {
  const given = draft.advertisementInterval ?? seconds(1);
  const centiseconds = given / 10;
  const right =
    version === 2
      ? seconds(Math.max(1, Math.round(inSeconds(given))))
      : milliseconds(Math.min(CENTISECONDS_MAX, Math.max(1, Math.round(centiseconds))) * 10);
  if (right === given) return given;
  const limit =
    version === 2
      ? 'in version 2 advert_int must be whole seconds'
      : 'in version 3 advert_int must be 0.01–40.95 in steps of 0.01';
  call.complain(
    'ADVERT_INT_ROUNDED',
    `${limit}, got ${inSeconds(given)}; ${inSeconds(right)} is used`,
    { at: call.inside('advert_int') },
  );
  return right;
}
