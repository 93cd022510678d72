import type { Authentication } from './settings.ts';
import { AUTHENTICATION_LENGTH } from './advertisement.ts';

/** Authentication type of the packet header, as numbered in RFC 2338 §5.3.6. */
export const AUTHENTICATION_NONE = 0;
/** Simple text password. */
export const AUTHENTICATION_PASS = 1;
/** IP authentication header. */
export const AUTHENTICATION_AH = 2;

/**
 * @param authentication - of the instance; absent: none
 * @returns the number in the packet header
 */
export function authenticationType(authentication: Authentication | undefined): number {
  if (authentication === undefined) return AUTHENTICATION_NONE;
  return authentication.type === 'AH' ? AUTHENTICATION_AH : AUTHENTICATION_PASS;
}

/** @returns the password as the key of an authentication header */
export function authenticationKey({ password }: Authentication): Uint8Array {
  return Uint8Array.from(utf8(password).slice(0, AUTHENTICATION_LENGTH));
}

/**
 * @param authentication - of the instance; absent: none
 * @returns the 8 octets that end a version 2 packet: the password in UTF-8, cut or padded with
 * zeros; all zeros without one, and with AH
 */
export function authenticationData(authentication: Authentication | undefined): Uint8Array {
  const data = new Uint8Array(AUTHENTICATION_LENGTH);
  if (authentication?.type === 'PASS') data.set(authenticationKey(authentication));
  return data;
}

/** TextEncoder is no part of the language, and this package sees nothing else. */
function utf8(text: string): number[] {
  const octets: number[] = [];
  const escaped = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  for (let i = 0; i < escaped.length; i += 1) {
    if (escaped[i] === '%') {
      octets.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      octets.push(escaped.charCodeAt(i));
    }
  }
  return octets;
}
