/** From the messages of the editor's own chat to those of the engine. Parts are told by their shape: no editor is needed. */
import type { ChatMessage, ChatTool, ChatToolCall } from '../../engine/protocol/index.ts';
import type { ToolSpec } from '../tools/tool.ts';

/** `vscode.LanguageModelChatRequestMessage`, as far as it is looked at. Role 1 is the user's, 2 the assistant's. */
export interface HostMessage {
  role: number;
  content: ReadonlyArray<unknown>;
}

/** `vscode.LanguageModelChatTool`. */
export interface HostTool {
  name: string;
  description: string;
  inputSchema?: object | undefined;
}

const ASSISTANT = 2;
/** A proposal of the editor's: its own chat sends it. */
const SYSTEM = 3;

/** Pictures, and what else a text model cannot read, are named as left out. */
export function messagesOf(messages: readonly HostMessage[]): ChatMessage[] {
  const names = new Map<string, string>();
  return messages.flatMap(({ role, content }): ChatMessage[] => {
    const texts: string[] = [];
    const calls: ChatToolCall[] = [];
    const results: ChatMessage[] = [];
    for (const part of content) {
      if (typeof part === 'string') texts.push(part);
      else if (!isObject(part)) continue;
      else if (isCall(part)) {
        names.set(part.callId, part.name);
        calls.push({ id: part.callId, name: part.name, arguments: { ...part.input } });
      } else if (isResult(part)) {
        const text = part.content.map(textOf).join('');
        results.push({ role: 'tool', content: text, name: names.get(part.callId) ?? 'tool', toolCallId: part.callId });
      } else texts.push(textOf(part));
    }
    const text = texts.join('');
    if (role === ASSISTANT) {
      if (text === '' && calls.length === 0) return [];
      return [{ role: 'assistant', content: text, ...(calls.length > 0 ? { toolCalls: calls } : {}) }];
    }
    const spoken = role === SYSTEM ? 'system' : 'user';
    return [...results, ...(text === '' && results.length > 0 ? [] : [{ role: spoken, content: text } as const])];
  });
}

export function toolsOf(tools: readonly HostTool[]): ChatTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    parameters: { type: 'object', properties: {}, ...inputSchema },
  }));
}

/** What calls are held against. */
export function specsOf(tools: readonly ChatTool[]): ToolSpec[] {
  return tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
}

/** Text of a part; of what is no text, what it is. */
function textOf(part: unknown): string {
  if (typeof part === 'string') return part;
  if (!isObject(part)) return '';
  if (typeof part.value === 'string' && !('id' in part)) return part.value; // an id: it was thought
  if (part.data instanceof Uint8Array) {
    const kind = String(part.mimeType);
    if (/^text\/|json/.test(kind)) return new TextDecoder().decode(part.data);
    return /^image\//.test(kind) ? '[A picture was left out: this model reads text only.]' : '';
  }
  // Of `@vscode/prompt-tsx`: a tree of pieces.
  return 'value' in part && isObject(part.value) ? treeText(part.value) : '';
}

function treeText(node: Record<string, unknown>): string {
  const own = typeof node.text === 'string' ? node.text : '';
  const below = [node.node, ...(Array.isArray(node.children) ? node.children : [])];
  return own + below.map((child) => (isObject(child) ? treeText(child) : '')).join('');
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isCall = (part: object): part is { callId: string; name: string; input: object } =>
  'callId' in part && 'name' in part && 'input' in part;
const isResult = (part: object): part is { callId: string; content: unknown[] } =>
  'callId' in part && 'content' in part && Array.isArray(part.content);
