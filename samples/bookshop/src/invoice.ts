import { basketCount, linePrice } from './basket.ts';
import { greeting } from './customer.ts';
import { formatPrice } from './money.ts';
import { type Order, orderTotal } from './order.ts';

/** The letter that goes into the parcel. */
export function invoice(order: Order): string {
  const price = orderTotal(order);
  const count = basketCount(order.lines);
  const rows: string[] = [];
  for (const line of order.lines) {
    rows.push(`${line.count} x ${line.book.title}: ${formatPrice(linePrice(line))}`);
  }
  rows.push(`${count} books: ${formatPrice(price)}`);
  return [greeting(order.customer), ...rows].join('\n');
}
