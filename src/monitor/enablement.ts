/** Whether suggestions are on, and what a toggle writes. Pure; the settings are read by whoever asks. */
import type { OffReason } from './state.ts';

export interface EnablementSettings {
  /** `quire.enable`, as it is for the language in question. */
  enable: boolean;
  /** `quire.completion.disabledLanguages`. */
  disabledLanguages: readonly string[];
}

/**
 * @param language VS Code's id of the language in front; undefined where no editor is open.
 * @returns why suggestions are off, or undefined where they are on.
 */
export function offReason(settings: EnablementSettings, language: string | undefined): OffReason | undefined {
  if (!settings.enable) return { kind: 'everywhere' };
  if (language !== undefined && settings.disabledLanguages.includes(language)) return { kind: 'language', language };
  return undefined;
}

/** @returns the list with `language` put in or taken out, sorted. */
export function toggledLanguage(disabled: readonly string[], language: string): string[] {
  const rest = disabled.filter((entry) => entry !== language);
  return rest.length < disabled.length ? rest : [...rest, language].sort();
}
