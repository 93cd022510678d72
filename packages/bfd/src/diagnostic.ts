/** Diagnostic codes that a session gives itself. @see RFC 5880 §4.1 */
export const DIAGNOSTIC = {
  none: 0,
  detectionTimeExpired: 1,
  neighbourSignaledDown: 3,
  administrativelyDown: 7,
} as const;

/** In the words of RFC 5880, which keepalived logs, too. */
const WORDS = [
  'No Diagnostic',
  'Control Detection Time Expired',
  'Echo Function Failed',
  'Neighbor Signaled Session Down',
  'Forwarding Plane Reset',
  'Path Down',
  'Concatenated Path Down',
  'Administratively Down',
  'Reverse Concatenated Path Down',
] as const;

/**
 * @param diagnostic - a code, 0–31
 * @returns it in words
 */
export function describeDiagnostic(diagnostic: number): string {
  return WORDS[diagnostic] ?? `Unknown Diagnostic ${diagnostic}`;
}
