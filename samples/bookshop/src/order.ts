import { basketPrice, type Line } from './basket.ts';
import type { Customer } from './customer.ts';
import { discount } from './discount.ts';

/** What a customer has bought. */
export interface Order {
  id: number;
  customer: Customer;
  lines: Line[];
  /** ISO date, such as `2026-03-14`. */
  date: string;
}

/** What the customer has to pay, in cents. */
export function orderTotal(order: Order): number {
  const price = basketPrice(order.lines);
  return price - discount(order.customer, price);
}
