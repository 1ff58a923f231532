/** The page of the chat's webview. */
import { pageHtml, type WebviewPage } from '../../webview/page.ts';

export { contentSecurityPolicy } from '../../webview/page.ts';

export type ChatPage = Omit<WebviewPage, 'element'>;

/** The whole document, as text. */
export const chatHtml = (page: ChatPage): string => pageHtml({ ...page, element: 'quire-chat' });
