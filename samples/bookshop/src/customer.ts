/** Somebody who buys books. */
export interface Customer {
  name: string;
  email: string;
  /** Club members have a tenth off. */
  member: boolean;
}

/** How a letter to the customer begins. */
export function greeting(customer: Customer): string {
  return `Dear ${customer.name},`;
}
