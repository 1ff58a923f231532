/** The page of a webview, and what it may do. */

export interface WebviewPage {
  /** The webview's own source, of `webview.cspSource`. */
  cspSource: string;
  /** Fresh for each page: letters and digits. */
  nonce: string;
  /** Addresses of its files in dist/webview, as the webview is told them. */
  scriptUri: string;
  styleUri: string;
  title: string;
  /** The element that is all of the page. */
  element: string;
}

/**
 * The policy of the page: the script by its nonce, styles and the font of icons from the extension, and nothing else: no
 * connection, no image, no frame, no form. What a model or a file says cannot reach the network even if it got past everything else.
 */
export function contentSecurityPolicy({ cspSource, nonce }: Pick<WebviewPage, 'cspSource' | 'nonce'>): string {
  return [
    "default-src 'none'",
    "connect-src 'none'",
    "img-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
  ].join('; ');
}

/** The whole document, as text. Everything in it is escaped; there is no script and no style but those of the addresses. */
export function pageHtml(page: WebviewPage): string {
  const { scriptUri, styleUri, title, nonce, element } = page;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(contentSecurityPolicy(page))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="${escaped(styleUri)}">
</head>
<body>
<${element}></${element}>
<script type="module" nonce="${escaped(nonce)}" src="${escaped(scriptUri)}"></script>
</body>
</html>
`;
}

/** Text as it stands in HTML, in an attribute too. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
