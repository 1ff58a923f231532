/**
 * Statistics on disk: a file for each day, to which every window appends a line now and then, so that none overwrites what
 * another one counted. They never leave the machine.
 */
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { add, type Counts, joined, NO_COUNTS, type Tally, tallyOf } from './counts.ts';

/** Of one day. */
export interface Day {
  /** As in 2026-11-27, where the machine is. */
  date: string;
  tallies: Tally[];
}

/** Half a year. */
const KEPT_DAYS = 180;
/** Days that are over are joined when they have more lines than this. */
const MANY_LINES = 40;
const LONGEST_NAME = 80;
const FILE = /^(\d{4}-\d\d-\d\d)\.jsonl$/;

export class StatisticsStore {
  readonly #folder: string;
  readonly #now: () => Date;
  /** Counted and not written yet; by day, then language and model. */
  readonly #pending = new Map<string, Map<string, Tally>>();
  #writing: Promise<void> = Promise.resolve();

  /** @param folder of its own; it need not exist. */
  constructor(folder: string, now: () => Date = () => new Date()) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Counts something that happened now. Writes nothing: {@link flush} does. */
  count(language: string, model: string, counts: Counts): void {
    const today = dateOf(this.#now());
    const day = this.#pending.get(today) ?? new Map<string, Tally>();
    this.#pending.set(today, day);
    const [of, by] = [language.slice(0, LONGEST_NAME), model.slice(0, LONGEST_NAME)];
    const tally = day.get(`${of}\n${by}`) ?? { language: of, model: by, ...NO_COUNTS };
    day.set(`${of}\n${by}`, tally);
    add(tally, counts);
  }

  /** Writes what was counted. Where that fails it is tried again the next time. */
  flush(): Promise<void> {
    return this.#next(async () => {
      if (this.#pending.size === 0) return;
      await mkdir(this.#folder, { recursive: true });
      for (const [date, day] of [...this.#pending]) {
        const lines = [...day.values()].map((tally) => `${JSON.stringify(tally)}\n`).join('');
        this.#pending.delete(date);
        try {
          await appendFile(this.#fileOf(date), lines);
        } catch (error) {
          this.#takeBack(date, day);
          throw error;
        }
      }
    });
  }

  /** What all windows have written and this one counted, the newest day first. What is too old goes. */
  async read(): Promise<Day[]> {
    await this.flush();
    const days: Day[] = [];
    const oldest = dateOf(new Date(this.#now().getTime() - KEPT_DAYS * 86_400_000));
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const date = FILE.exec(name)?.[1];
      if (date === undefined) continue;
      if (date < oldest) await rm(path.join(this.#folder, name), { force: true });
      else days.push({ date, tallies: await this.#readDay(date) });
    }
    return days.sort((a, b) => (a.date < b.date ? 1 : -1));
  }

  /** Deletes all of it, what is not written yet too. */
  erase(): Promise<void> {
    this.#pending.clear();
    return this.#next(() => rm(this.#folder, { recursive: true, force: true }));
  }

  async #readDay(date: string): Promise<Tally[]> {
    const lines = (await readFile(this.#fileOf(date), 'utf8')).split('\n').filter((line) => line !== '');
    const tallies = joined(lines.flatMap((line) => tallyOf(parsed(line)) ?? []));
    // Nobody appends to a day that is over.
    if (date < dateOf(this.#now()) && lines.length > MANY_LINES) await this.#rewrite(date, tallies);
    return tallies;
  }

  async #rewrite(date: string, tallies: readonly Tally[]): Promise<void> {
    const temporary = `${this.#fileOf(date)}.${process.pid}`;
    await writeFile(temporary, tallies.map((tally) => `${JSON.stringify(tally)}\n`).join(''));
    await rename(temporary, this.#fileOf(date));
  }

  #takeBack(date: string, day: ReadonlyMap<string, Tally>): void {
    const now = this.#pending.get(date);
    const tallies = joined([...day.values(), ...(now?.values() ?? [])]);
    this.#pending.set(date, new Map(tallies.map((tally) => [`${tally.language}\n${tally.model}`, tally])));
  }

  /** One after the other: a file that is being written is not deleted under it. */
  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }

  #fileOf = (date: string): string => path.join(this.#folder, `${date}.jsonl`);
}

/** The day where the machine is. */
export function dateOf(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // half a line: the machine went down
  }
}
