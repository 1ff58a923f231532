/** Finds layouts on a thread of its own: keys are served meanwhile. */
import { parentPort } from 'node:worker_threads';
import { type Found, find, type Question, type Solve } from './find.ts';
import { loadSolver } from './highs.ts';

export interface FindTask extends Question {
  id: number;
}
export interface FindAnswer extends Found {
  id: number;
  /** Why the program was not solved. */
  failed?: string;
}

const loading = loadSolver();

async function answer({ id, ...question }: FindTask): Promise<FindAnswer> {
  let failed: string | undefined;
  const solve: Solve | string = await loading.catch(String);
  const careful: Solve = (text, seconds) => {
    try {
      if (typeof solve !== 'string') return solve(text, seconds);
      failed = solve;
    } catch (error) {
      failed = String(error);
    }
    return undefined;
  };
  const found = find(question, careful);
  return { id, ...found, ...(failed === undefined ? {} : { failed }) };
}

parentPort!.on('message', (task: FindTask) => void answer(task).then((found) => parentPort!.postMessage(found)));
