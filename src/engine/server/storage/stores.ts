/**
 * The stores of the storage thread by name. Another database is one folder beside `pages/` and one line in
 * {@link makeStores}: an object of methods that take one parameter and return what is answered. Its types reach the
 * engine's side by themselves.
 */
import type { Log, Moved } from './messages.ts';
import { pagesService } from './pages/pagesService.ts';

/** What a store is given. */
export interface StoreHost<Event> {
  log: Log;
  /** Tells the engine's side something that it did not ask for. */
  emit(event: Event): void;
}

/** @param host of each store, by its name. */
export function makeStores(host: (store: string) => StoreHost<unknown>) {
  return {
    pages: pagesService(host('pages')),
  };
}

export type Stores = ReturnType<typeof makeStores>;

/** Stores of a thread by name. `close` is called at the end, whatever the store. */
// biome-ignore lint/suspicious/noExplicitAny: methods take what each of them wants
export type StoresOf = Record<string, { close(): unknown } & Record<string, (params: any) => unknown>>;
export type NamesIn<S> = keyof S & string;
export type Params<Methods, M extends keyof Methods> = Methods[M] extends (params: infer P) => unknown ? P : never;
export type Result<Methods, M extends keyof Methods> = Methods[M] extends (...params: never[]) => infer R
  ? Bare<Awaited<R>>
  : never;
type Bare<R> = R extends Moved<infer T> ? T : R;
