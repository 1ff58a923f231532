/** The chat panel in a window of the real editor, as a person uses it: what is seen in it, keys, presses. */
import type { FrameLocator, Locator } from 'playwright-core';
import type { EditorWindow } from './window.ts';

export class ChatPanelPage {
  readonly #window: EditorWindow;

  /** Use {@link openChat}. */
  constructor(window: EditorWindow) {
    this.#window = window;
  }

  get frame(): FrameLocator {
    // Another page may be open beside it, which came later.
    return this.#window.page.frameLocator('iframe.webview.ready').first().frameLocator('iframe#active-frame');
  }

  get draft(): Locator {
    return this.frame.locator('textarea');
  }

  /** Articles of the messages, oldest first. */
  messages(role: 'user' | 'assistant' | 'note'): Locator {
    return this.frame.locator(`article.message.${role}`);
  }

  button(label: string | RegExp): Locator {
    return this.frame.getByRole('button', { name: label });
  }

  async type(text: string): Promise<void> {
    await this.draft.click();
    await this.#window.page.keyboard.type(text, { delay: 15 });
  }

  async send(text: string): Promise<void> {
    await this.type(text);
    await this.#window.page.keyboard.press('Enter');
  }

  /** Waits until no answer is being made. */
  async untilIdle(): Promise<void> {
    await this.#window.until(async () => (await this.button(/^Stop/).count()) === 0, 'the answer is there');
  }

  /** Waits until an answer is being written. */
  async untilWriting(): Promise<void> {
    const running = this.frame.locator('article.message.assistant.running');
    await this.#window.until(
      async () => (await running.count()) > 0 && ((await running.last().textContent()) ?? '').trim().length > 20,
      'an answer is being written',
    );
  }

  async textOf(role: 'user' | 'assistant' | 'note', index = -1): Promise<string> {
    const all = await this.messages(role).allInnerTexts();
    return all.at(index) ?? '';
  }

  /** What the meter says, such as `47 new of 207 tokens, about 0.3 s`. */
  async meter(): Promise<string> {
    return (await this.frame.locator('quire-meter').textContent()) ?? '';
  }
}

/** Opens the panel, and waits until it can be typed into. */
export async function openChat(window: EditorWindow): Promise<ChatPanelPage> {
  await window.runCommand('Quire: Open Chat');
  const panel = new ChatPanelPage(window);
  await panel.draft.waitFor();
  return panel;
}
