import type { Customer } from './customer.ts';

/** From this price on, in cents, everybody has a twentieth off. */
const LARGE_ORDER = 10_000;

/** What is taken off a price, in cents. */
export function discount(customer: Customer, price: number): number {
  if (customer.member) return Math.round(price / 10);
  if (price >= LARGE_ORDER) return Math.round(price / 20);
  return 0;
}
