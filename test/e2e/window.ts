/** One window of the editor, as a person uses it: keys, and what can be seen. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';

/** How long anything may take on a slow machine before a test gives up, in ms. */
const PATIENCE_MS = 60_000;
const CONTROL = process.platform === 'darwin' ? 'Meta' : 'Control';

export class EditorWindow {
  readonly page: Page;
  readonly #folder: string;
  readonly #results: string;

  constructor(parts: { page: Page; folder: string; results: string; name: string }) {
    this.page = parts.page;
    this.#folder = parts.folder;
    this.#results = path.join(parts.results, parts.name);
    this.page.setDefaultTimeout(PATIENCE_MS);
  }

  async untilShown(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
  }

  /** Opens a file of the folder by its name, with the cursor at its end or at a line and column (from 1). */
  async openFile(name: string, { line, column }: { line?: number; column?: number } = {}): Promise<void> {
    const position = line === undefined ? '' : `:${line}:${column ?? 1}`;
    await this.page.keyboard.press(`${CONTROL}+P`);
    const input = this.page.locator('.quick-input-widget .quick-input-box input');
    await input.fill(name + position);
    await this.page
      .locator(`.quick-input-list .monaco-list-row[aria-label^="${path.basename(name)}"]`)
      .first()
      .waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator(`.tab.active[data-resource-name="${path.basename(name)}"]`).waitFor();
    await this.#lines().waitFor();
    if (line === undefined) await this.page.keyboard.press(`${CONTROL}+End`);
  }

  /** Types as a person does, key by key. */
  async typeText(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 20 });
  }

  /** The grey text on the cursor's line that is shown now; empty when there is none. */
  async ghostText(): Promise<string> {
    const parts = await this.#ghost().allTextContents();
    return parts.join('').replaceAll('\u00a0', ' ');
  }

  /** Takes the grey text. */
  async acceptWithTab(): Promise<void> {
    await this.page.keyboard.press('Tab');
  }

  /**
   * Types code piece by piece until there is grey text, and takes it. A small model has not something to say at every
   * place, nor the same on every kind of processor.
   * @returns the grey text of the cursor's line.
   */
  async typeAndAccept(pieces: readonly string[]): Promise<string> {
    const ghost = await this.typeUntilGhostText(pieces);
    await this.acceptWithTab();
    return ghost;
  }

  /** As {@link typeAndAccept}, without taking it. */
  async typeUntilGhostText(pieces: readonly string[]): Promise<string> {
    for (const piece of pieces) {
      await this.typeText(piece);
      if (await appears(this.#ghost().first(), PATIENCE_MS / pieces.length)) return this.ghostText();
    }
    await this.screenshot('no-ghost-text');
    assert.fail(`no grey text after ${JSON.stringify(pieces.join(''))}; the status is '${await this.statusText()}'`);
  }

  /** Saves the active file, and returns its bytes on disk once the tab is no longer marked as changed. */
  async save(name: string): Promise<Buffer> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press(`${CONTROL}+S`);
    await this.page
      .locator(`.tab.active.dirty[data-resource-name="${path.basename(name)}"]`)
      .waitFor({ state: 'detached' });
    return readFileSync(path.join(this.#folder, name));
  }

  /** What the item in the status bar says to a screen reader, such as `Quire: ready`. */
  async statusText(): Promise<string> {
    return (await this.#status().first().getAttribute('aria-label')) ?? '';
  }

  /** Waits until the status says so. */
  async waitForStatus(expected: RegExp): Promise<void> {
    await this.until(async () => expected.test(await this.statusText()), `the status says ${expected}`);
  }

  /** Points at the item in the status bar, and waits for what it then shows. @returns its text. */
  async showStatusTooltip(): Promise<string> {
    await this.#status().first().hover();
    const hover = this.page.locator('.workbench-hover', { hasText: 'Quire' });
    await hover.first().waitFor();
    return (await hover.allInnerTexts()).join('\n');
  }

  /** What the status bar says of the cursor, such as `Ln 3, Col 7`. */
  async cursorText(): Promise<string> {
    return (await this.page.locator('.statusbar-item[id="status.editor.selection"]').allInnerTexts()).join();
  }

  /** Messages that are shown, in order. */
  notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
  }

  /** Labels of the buttons of the shown messages. */
  notificationActions(): Promise<string[]> {
    return this.page
      .locator('.notifications-toasts .notification-list-item-buttons-container .monaco-button')
      .allInnerTexts();
  }

  /** Runs a command from the palette by its title, such as `Quire: Show Status`. */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const palette = this.page.locator('.quick-input-widget');
    const input = palette.locator('.quick-input-box input');
    await input.fill(`>${title}`);
    // The row of that name, not the one on top: the list may still be changing.
    await palette.locator('.monaco-list-row', { hasText: title }).first().click();
    // A command may show a list of its own in its place.
    await this.until(
      async () => !(await palette.isVisible()) || !(await input.inputValue()).startsWith('>'),
      `the palette is gone after "${title}"`,
    );
  }

  /** Text of the active editor as far as it is shown. */
  async shownText(): Promise<string> {
    const lines = await this.#lines()
      .locator('.view-line')
      .evaluateAll((elements) =>
        elements
          .map((element) => ({ top: element.getBoundingClientRect().top, text: element.textContent ?? '' }))
          .sort((a, b) => a.top - b.top)
          .map(({ text }) => text),
      );
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Keeps a picture of the window in test-results. */
  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(this.#results, `${name}.png`) });
  }

  /** Waits for something to come true; fails with a picture when it does not. */
  async until(condition: () => Promise<boolean>, what: string): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(100)) {
      if (await condition()) return;
    }
    await this.screenshot('waited-in-vain');
    assert.fail(`waited in vain until ${what}; the status is '${await this.statusText()}'`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  #lines(): Locator {
    return this.page.locator('.editor-instance .monaco-editor .view-lines').first();
  }

  #ghost(): Locator {
    return this.page.locator('.monaco-editor .ghost-text-decoration');
  }

  #status(): Locator {
    return this.page.locator(
      '.part.statusbar .statusbar-item [aria-label^="Quire:"], .part.statusbar .statusbar-item[aria-label^="Quire:"]',
    );
  }
}

async function appears(locator: Locator, timeoutMs: number): Promise<boolean> {
  try {
    await locator.waitFor({ timeout: timeoutMs });
    return true;
  } catch {
    return false;
  }
}
