/** What the editor knows to be wrong, with the lines that it is on, as a text for a model. */

export interface Problem {
  /** Path in the workspace. */
  name: string;
  /** From 1. */
  line: number;
  severity: 'error' | 'warning';
  message: string;
  /** `ts(2322)`: who says so, and its number. */
  source?: string;
  /** The line itself. */
  text?: string;
}

/** Problems that are attached at most: a model of these sizes does nothing with more. */
export const MOST_PROBLEMS = 50;

/** Errors first, then by file and line; the text and how many were left out of it. */
export function problemsText(problems: readonly Problem[], most = MOST_PROBLEMS): { text: string; left: number } {
  const sorted = [...problems].sort(
    (a, b) =>
      Number(b.severity === 'error') - Number(a.severity === 'error') ||
      (a.name < b.name ? -1 : Number(a.name > b.name)) ||
      a.line - b.line,
  );
  const shown = sorted.slice(0, most).map(({ name, line, severity, message, source, text }) => {
    const said = `${name}:${line}: ${severity}${source ? ` ${source}` : ''}: ${message.trim()}`;
    return text?.trim() ? `${said}\n    ${text.trim().slice(0, 200)}` : said;
  });
  return { text: shown.join('\n'), left: Math.max(0, problems.length - most) };
}
