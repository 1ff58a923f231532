/** The menu behind the status item. Pure: titles and command ids. */
import type { StatusView } from './state.ts';

export interface MenuEntry {
  /** With VS Code's `$(icon)` notation. */
  label: string;
  description?: string;
  command: string;
}

export interface MenuFacts {
  view: Pick<StatusView, 'remedies'>;
  /** Suggestions are on in general. */
  everywhere: boolean;
  /** The language in front, and whether suggestions are off in it. */
  language: { id: string; off: boolean } | undefined;
  modelName: string | undefined;
}

/** @returns the entries from top to bottom: remedies first, then switches, then views. */
export function statusMenu({ view, everywhere, language, modelName }: MenuFacts): MenuEntry[] {
  const entries: MenuEntry[] = [
    { label: everywhere ? '$(circle-slash) Turn Off' : '$(sparkle) Turn On', command: 'quire.toggle' },
  ];
  if (everywhere && language !== undefined) {
    const label = language.off ? `$(sparkle) Turn On in ${language.id}` : `$(circle-slash) Turn Off in ${language.id}`;
    entries.push({ label, command: 'quire.toggleLanguage' });
  }
  const model: MenuEntry = { label: '$(chip) Choose Model…', command: 'quire.chooseModel' };
  entries.push(
    modelName === undefined ? model : { ...model, description: modelName },
    { label: '$(settings) Choose Eagerness…', command: 'quire.chooseEagerness' },
    { label: '$(info) Show Status', command: 'quire.showStatus' },
    { label: '$(graph) Show Suggestion Statistics', command: 'quire.showStatistics' },
    { label: '$(output) Show Log', command: 'quire.showLog' },
    { label: '$(debug-restart) Restart Engine', command: 'quire.restartEngine' },
    { label: '$(gear) Settings', command: 'quire.openSettings' },
  );
  const standing = new Set(entries.map(({ command }) => command));
  const remedies = view.remedies
    .filter(({ command }) => !standing.has(command))
    .map(({ title, command }) => ({ label: `$(lightbulb) ${title}`, command }));
  return [...remedies, ...entries];
}
