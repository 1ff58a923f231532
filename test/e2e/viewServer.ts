/// <reference lib="dom" />
/** Webviews in a browser: their production bundles on the pages that the extension makes, with a stand-in for the editor. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from '../../scripts/build.mjs';
import { chromiumArguments, ensureBrowser } from '../../scripts/lib/browser.mjs';
import type { WebviewPage } from '../../src/webview/page.ts';
import { type Theme, themeCss } from './themes.ts';

const NONCE = 'abc123';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Only the way to the editor is a stand-in: what is posted is kept, and what is kept survives a reload. */
const API = `
  window.posted = [];
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => { window.posted.push(message); },
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });`;

/** What a view posted, and what went wrong in it. */
export class ViewPage<Message, Posted extends { type: string }> {
  readonly page: Page;
  readonly errors: string[] = [];
  readonly foreign: string[] = [];

  constructor(page: Page) {
    this.page = page;
  }

  /** Says it to the view, and waits until it is drawn. */
  async say(...messages: Message[]): Promise<void> {
    await this.page.evaluate(async (list) => {
      for (const message of list) window.postMessage(message, '*');
      for (let frames = 0; frames < 3; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
    }, messages);
  }

  posted(): Promise<Posted[]> {
    return this.page.evaluate(() => (window as unknown as { posted: Posted[] }).posted);
  }

  async last<T extends Posted['type']>(type: T): Promise<Extract<Posted, { type: T }> | undefined> {
    return (await this.posted()).findLast((it): it is Extract<Posted, { type: T }> => it.type === type);
  }

  violations(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as { violations: string[] }).violations);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

export class ViewServer {
  readonly outdir = mkdtempSync(path.join(tmpdir(), 'quire-view-'));
  readonly #requests: string[] = [];
  readonly #name: string;
  readonly #html: (page: Omit<WebviewPage, 'element' | 'title'>) => string;
  #server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    this.#requests.push(url.pathname);
    const send = (type: string, body: string | Buffer) => response.writeHead(200, { 'content-type': type }).end(body);
    if (url.pathname === '/') {
      const theme = (url.searchParams.get('theme') ?? 'dark') as Theme;
      const body = theme === 'dark' ? 'vscode-dark' : theme === 'light' ? 'vscode-light' : 'vscode-high-contrast';
      const page = this.#html({
        cspSource: this.origin,
        nonce: NONCE,
        scriptUri: `/webview/${this.#name}.js`,
        styleUri: `/webview/${this.#name}.css`,
      });
      return send(
        'text/html; charset=utf-8',
        page
          .replace('<body>', `<body class="${body}">`)
          .replace('<link rel', `<link rel="stylesheet" href="/theme.css?${theme}"><link rel`)
          .replace('<script type', `<script nonce="${NONCE}">${API}</script><script type`),
      );
    }
    if (url.pathname === '/theme.css') return send('text/css', themeCss(url.search.slice(1) as Theme));
    try {
      const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
      const body = readFileSync(path.join(this.outdir, path.normalize(url.pathname)));
      return send(types[path.extname(url.pathname)] ?? 'text/plain', body);
    } catch {
      return response.writeHead(404).end();
    }
  });
  browser!: Browser;

  /** @param name of the view's bundle. @param html of its page. */
  constructor(name: string, html: (page: Omit<WebviewPage, 'element' | 'title'>) => string) {
    this.#name = name;
    this.#html = html;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What was asked of the server since the last call. */
  requests(): string[] {
    return this.#requests.splice(0);
  }

  async start(): Promise<void> {
    await build({ production: true, outdir: this.outdir });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.browser = await chromium.launch({ executablePath: await ensureBrowser(), args: chromiumArguments });
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.#server.close();
    rmSync(this.outdir, { recursive: true, force: true });
  }

  /** A page whose view listens; `made` hears what goes wrong in it from the beginning. */
  async openPage<P extends ViewPage<never, { type: string }>>(
    made: (page: Page) => P,
    { theme = 'dark' as Theme, width = 400, height = 700 } = {},
  ): Promise<P> {
    const context = await this.browser.newContext({ viewport: { width, height } });
    const page = await context.newPage();
    const view = made(page);
    page.on('pageerror', (error) => view.errors.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(this.origin)) view.foreign.push(request.url());
    });
    await page.goto(`${this.origin}/?theme=${theme}`);
    await page.waitForFunction(() =>
      (window as unknown as { posted: { type: string }[] }).posted.some((it) => it.type === 'ready'),
    );
    return view;
  }
}

/** What axe-core finds serious or critical, in words. */
export async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary}`));
  });
}

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}
