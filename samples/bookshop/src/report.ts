import { formatPrice } from './money.ts';
import { type Order, orderTotal } from './order.ts';

/** What was sold on a day, one row for each order. */
export function dailyReport(orders: Order[], date: string): string[] {
  const rows: string[] = [];
  for (const order of orders) {
    if (order.date !== date) continue;
    const total = orderTotal(order);
    rows.push(`${order.id}: ${formatPrice(total)}`);
  }
  return rows;
}

/** What was sold to a customer, one row for each order. */
export function customerReport(orders: Order[], email: string): string[] {
  const rows: string[] = [];
  for (const order of orders) {
    if (order.customer.email !== email) continue;
    const total = orderTotal(order);
    rows.push(`${order.id}: ${formatPrice(total)}`);
  }
  return rows;
}

/** The orders above a price in cents, one row for each. */
export function largeReport(orders: Order[], cents: number): string[] {
  const rows: string[] = [];
  for (const order of orders) {
    if (orderTotal(order) < cents) continue;
    const total = orderTotal(order);
    rows.push(`${order.id}: ${formatPrice(total)}`);
  }
  return rows;
}

/** What was sold to the members of the club. Three lines are missing. */
export function memberReport(orders: Order[]): string[] {
  for (const order of orders) {
    if (!order.customer.member) continue;
    rows.push(`${order.id}: ${formatPrice(total)}`);
  }
}
