/** Whether suggestions are on, and what a toggle writes. Pure; the settings are read by whoever asks. */
import type { OffReason } from './state.ts';

export interface EnablementSettings {
  /** `quire.enable` without regard to a language. */
  everywhere: boolean;
  /** `quire.enable` as it is for the document in question. */
  here: boolean;
  /** `quire.completion.disabledLanguages`. */
  disabledLanguages: readonly string[];
}

/**
 * @param language VS Code's id of the language in front; undefined where no editor is open.
 * @returns why suggestions are off, or undefined where they are on.
 */
export function offReason(settings: EnablementSettings, language: string | undefined): OffReason | undefined {
  if (!settings.here && !settings.everywhere) return { kind: 'everywhere' };
  if (language === undefined) return undefined;
  if (!settings.here || settings.disabledLanguages.includes(language)) return { kind: 'language', language };
  return undefined;
}

/** What to write so that suggestions are on, or off, in one language. Absent keys stay as they are. */
export interface LanguageChange {
  disabledLanguages?: string[];
  /** `quire.enable` for that language alone. */
  enable?: true;
}

/** @returns what turns `language` off where it is on, and on where it is off. */
export function toggleLanguage(settings: EnablementSettings, language: string): LanguageChange {
  const { here, disabledLanguages } = settings;
  const rest = disabledLanguages.filter((entry) => entry !== language);
  const listed = rest.length < disabledLanguages.length;
  if (here && !listed) return { disabledLanguages: [...rest, language].sort() };
  return { ...(listed ? { disabledLanguages: rest } : {}), ...(here ? {} : { enable: true }) };
}
