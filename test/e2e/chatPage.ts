/** The chat's view in a browser: see viewServer.ts. */
import { chatHtml } from '../../src/chat/view/html.ts';
import type { ChatSnapshot, HostMessage, ViewMessage } from '../../src/chat/view/protocol.ts';
import type { Theme } from './themes.ts';
import { ViewPage, ViewServer } from './viewServer.ts';

export class ChatPage extends ViewPage<HostMessage, ViewMessage> {}

export class ChatServer extends ViewServer {
  constructor() {
    super('chat', (page) => chatHtml({ ...page, title: 'Chat' }));
  }

  /** A page that shows `snapshot`. */
  async open(snapshot: ChatSnapshot, look: { theme?: Theme; width?: number; height?: number } = {}): Promise<ChatPage> {
    const chat = await this.openPage((page) => new ChatPage(page), look);
    await chat.say({ type: 'snapshot', snapshot });
    return chat;
  }
}
