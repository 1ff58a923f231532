/** Brings lines of a block to the depth and the style that the file has. */
import { isBlank } from './lines.ts';

export const leadingSpace = (line: string): string => /^[ \t]*/.exec(line)![0];

/** One step of indentation: a tab, or so many spaces. */
type Step = '\t' | number;

/**
 * What makes of a block's lines those of the file, told from lines that are in both: the same space added or taken away on
 * every line, or steps of another width. What fits most lines wins; lines that nothing was found for stay as they are.
 * @param pairs a line as the block has it and as the file has it.
 * @param block all lines of the block, and `file` those of the file: they tell how wide their steps are.
 */
export function indentationFit(
  pairs: readonly (readonly [string, string])[],
  block: readonly string[],
  file: readonly string[],
): (line: string) => string {
  const spaces = pairs
    .filter(([line, other]) => !isBlank(line) && !isBlank(other))
    .map(([line, other]) => [leadingSpace(line), leadingSpace(other)] as const);
  const first = spaces[0];
  const same = (space: string): string => space;
  if (first === undefined) return same;
  const fits: ((space: string) => string | undefined)[] = [same];
  for (const [from, to] of spaces) {
    if (to !== from && to.endsWith(from)) {
      const more = to.slice(0, to.length - from.length);
      fits.push((space) => more + space);
    }
    if (to !== from && from.endsWith(to)) {
      const less = from.slice(0, from.length - to.length);
      fits.push((space) =>
        space.startsWith(less) ? space.slice(less.length) : space.length < less.length ? '' : undefined,
      );
    }
  }
  const steps = [...new Set<Step>([stepOf(block), 2, 4, '\t'])];
  const fileStep = stepOf(file);
  for (const step of steps) {
    for (const [from, to] of spaces) fits.push(scaled(step, fileStep, levelOf(to, fileStep) - levelOf(from, step)));
  }
  let best = fits[0]!;
  let most = -1;
  for (const candidate of fits) {
    const score = spaces.filter(([from, to]) => candidate(from) === to).length;
    if (score > most) [best, most] = [candidate, score];
  }
  return (line) => {
    if (isBlank(line)) return '';
    const space = leadingSpace(line);
    return (best(space) ?? space) + line.slice(space.length);
  };
}

function scaled(step: Step, fileStep: Step, more: number): (space: string) => string | undefined {
  return (space) => {
    const level = levelOf(space, step);
    const whole = Math.floor(level);
    const rest = typeof step === 'number' ? Math.round((level - whole) * step) : 0;
    const depth = whole + more;
    if (depth < 0 || !Number.isInteger(depth)) return undefined;
    return (fileStep === '\t' ? '\t' : ' '.repeat(fileStep)).repeat(depth) + ' '.repeat(rest);
  };
}

function levelOf(space: string, step: Step): number {
  const tabs = space.split('\t').length - 1;
  const columns = space.length - tabs;
  return typeof step === 'number' ? tabs + columns / step : tabs + (columns > 0 ? columns / 8 : 0);
}

/** How wide the steps of a text are: the change of depth that is most frequent from a line to a deeper one below it. */
function stepOf(lines: readonly string[]): Step {
  const counts = new Map<Step, number>();
  let before = '';
  for (const line of lines) {
    if (isBlank(line)) continue;
    const space = leadingSpace(line);
    const more = space.length - before.length;
    if (more > 0 && space.startsWith(before)) {
      const step: Step = space[before.length] === '\t' ? '\t' : more;
      if (step === '\t' || (step > 1 && step <= 8)) counts.set(step, (counts.get(step) ?? 0) + 1);
    }
    before = space;
  }
  const best = [...counts].sort((a, b) => b[1] - a[1])[0];
  return best?.[0] ?? (lines.some((line) => line.startsWith('\t')) ? '\t' : 2);
}
