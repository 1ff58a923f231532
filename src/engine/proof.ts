/**
 * Proof of a secret without sending it: a keyed hash over fresh nonces of both sides (a mutual challenge, as in ISO/IEC
 * 9798-4). The role is part of it, so that no side can be made to answer its own challenge.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export type Role = 'client' | 'engine';

/** 32 random bytes in hex. */
export function drawNonce(): string {
  return randomBytes(32).toString('hex');
}

export function isNonce(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** @returns hex HMAC-SHA256, keyed with the token. */
export function proofOf(token: string, role: Role, nonces: { client: string; engine: string }): string {
  return createHmac('sha256', token).update(`quire ${role} ${nonces.client} ${nonces.engine}`).digest('hex');
}

/** In constant time. */
export function isProof(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
