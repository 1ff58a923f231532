import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { quire, until } from './quire.ts';

const file = process.env.QUIRE_TEST_CHAT_MODEL;
const choose = (value: string | undefined) =>
  vscode.workspace.getConfiguration('quire.model').update('chat', value, vscode.ConfigurationTarget.Global);
const question = (text: string) => [vscode.LanguageModelChatMessage.User(text)];

describe("the editor's own chat", () => {
  let model: vscode.LanguageModelChat;

  before(async () => {
    await quire();
    assert.ok(file, 'the runner names a chat model');
  });
  after(() => choose(undefined));

  it('is offered no model where none can chat, and is not asked for one', async () => {
    await choose('/nowhere/none.gguf');
    assert.deepEqual(await vscode.lm.selectChatModels({ vendor: 'quire' }), []);
  });

  it('is offered the chosen model, with exact lengths', async () => {
    await choose(file);
    await until(async () => {
      const [found] = await vscode.lm.selectChatModels({ vendor: 'quire' });
      if (found) model = found;
      return found !== undefined;
    }, 'the model is there');
    const info = await (await quire()).models.ready('chat');
    assert.equal(model.id.length > 0, true);
    assert.equal(model.name, info.name);
    assert.equal(model.maxInputTokens, info.contextTokens - Math.floor(info.contextTokens / 4));
  });

  it('is answered piece by piece', async () => {
    const response = await model.sendRequest(question('What is a quire?'));
    const pieces: string[] = [];
    for await (const piece of response.text) pieces.push(piece);
    assert.ok(pieces.length > 1, `${pieces.length} pieces`);
    assert.ok(pieces.join('').length > 20);
  });

  it('counts the tokens of a text, and of a message with what stands around it', async () => {
    const text = 'export const a = 1;\n';
    const alone = await model.countTokens(text);
    assert.ok(alone >= 5 && alone < text.length, `${alone}`);
    assert.ok((await model.countTokens(question(text)[0]!)) > alone);
  });

  it('has @quire, which answers with that model', async () => {
    const api = await quire();
    const { totals: before } = await api.engineStatus();
    await vscode.commands.executeCommand('workbench.action.chat.open', {
      query: '@quire What is a quire?',
      modelSelector: { vendor: 'quire' },
    });
    await until(async () => {
      const { totals } = await api.engineStatus();
      return totals.chat.generatedTokens > before.chat.generatedTokens + 20;
    }, 'it is answered');
    await vscode.commands.executeCommand('workbench.action.chat.cancel');
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
  });

  it('tells @quire again what it said before, so that little of it is computed', async () => {
    const api = await quire();
    const chat = async () => (await api.engineStatus()).totals.chat;
    const ask = async (query: string) => {
      const before = await chat();
      await vscode.commands.executeCommand('workbench.action.chat.open', { query, modelSelector: { vendor: 'quire' } });
      const ended = ({ finished, cancelled }: Awaited<ReturnType<typeof chat>>) => finished + cancelled;
      await until(async () => ended(await chat()) > ended(before), 'it is answered');
      const after = await chat();
      const of = (name: 'promptTokens' | 'cachedTokens' | 'generatedTokens') => after[name] - before[name];
      return { prompt: of('promptTokens'), cached: of('cachedTokens'), made: of('generatedTokens') };
    };
    await vscode.commands.executeCommand('workbench.action.chat.newChat');
    const first = await ask('@quire What is a quire?');
    const second = await ask('@quire And what is a page?');
    const counts = JSON.stringify({ first, second });
    assert.ok(second.prompt > first.prompt, counts);
    // The question and what stands around it. That the first answer was cut is said to the user, and not to the model.
    assert.ok(second.prompt - first.prompt - first.made < 48, counts);
    assert.ok(second.prompt - second.cached < 48, counts);
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
  });

  it('stops as soon as it is told to', async () => {
    const cancel = new vscode.CancellationTokenSource();
    const response = await model.sendRequest(question('Go on for long.'), {}, cancel.token);
    const api = await quire();
    const { totals } = await api.engineStatus();
    await assert.rejects(async () => {
      for await (const _ of response.text) cancel.cancel();
      throw new vscode.CancellationError(); // some versions of the editor end the stream instead
    });
    await until(async () => (await api.engineStatus()).totals.chat.cancelled > totals.chat.cancelled, 'it has stopped');
  });
});
