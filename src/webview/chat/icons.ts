/** Buttons and icons: those of the editor, from its font. A test holds the names against icons.css. */
import { html, nothing, type TemplateResult } from 'lit';

export type Icon =
  | 'add'
  | 'arrow-down'
  | 'check'
  | 'chevron-down'
  | 'chevron-left'
  | 'chevron-right'
  | 'chip'
  | 'circle-large-outline'
  | 'close'
  | 'copy'
  | 'debug-stop'
  | 'diff'
  | 'discard'
  | 'edit'
  | 'error'
  | 'file'
  | 'folder'
  | 'history'
  | 'info'
  | 'insert'
  | 'library'
  | 'list-selection'
  | 'loading'
  | 'new-file'
  | 'pass-filled'
  | 'refresh'
  | 'search'
  | 'send'
  | 'symbol-method'
  | 'terminal'
  | 'warning';

export const icon = (name: Icon, extra = ''): TemplateResult =>
  html`<span class="codicon codicon-${name} ${extra}" aria-hidden="true"></span>`;

export interface ButtonLook {
  icon: Icon;
  label: string;
  press: (event: Event) => void;
  /** With its label in words beside the icon. */
  words?: boolean;
  disabled?: boolean;
  class?: string;
}

/** A button as in the editor's toolbars. */
export const button = (look: ButtonLook): TemplateResult => html`<button
  type="button" class="tool ${look.class ?? ''}" title=${look.words ? nothing : look.label}
  aria-label=${look.words ? nothing : look.label} ?disabled=${look.disabled ?? false} @click=${look.press}
>${icon(look.icon)}${look.words ? html`<span>${look.label}</span>` : nothing}</button>`;
