/** What is done to a cache. */

/** Everything that can happen, and how often. */
export const STEPS = {
  run: 25,
  acquire: 15,
  compute: 35,
  catchUp: 10,
  grow: 12,
  fork: 4,
  release: 22,
  discard: 3,
  claim: 4,
  makeRoom: 4,
  setOpen: 3,
  idle: 5,
  lose: 3,
  damage: 2,
  restart: 1,
  forgetWorkspace: 1,
  closeWorkspace: 2,
};

/** `what` is done with things that are chosen by `a`, `b` and `c`, each modulo how many there are. */
export interface Step {
  what: keyof typeof STEPS;
  a: number;
  b: number;
  c: number;
}
