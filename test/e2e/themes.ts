/** The variables that the editor sets in a webview, with the values of its own themes (1.12x), as far as the view uses them. */

export type Theme = 'dark' | 'light' | 'contrast';

/** Dark Modern, Light Modern, Dark High Contrast; empty: the theme does not set it. */
const COLORS: Record<string, [dark: string, light: string, contrast: string]> = {
  foreground: ['#cccccc', '#3b3b3b', '#ffffff'],
  disabledForeground: ['#cccccc80', '#61616180', '#a5a5a5'],
  descriptionForeground: ['#9d9d9d', '#3b3b3b', '#ffffffb3'],
  errorForeground: ['#f85149', '#f85149', '#f48771'],
  focusBorder: ['#0078d4', '#005fb8', '#f38518'],
  contrastBorder: ['', '', '#6fc3df'],
  contrastActiveBorder: ['', '', '#f38518'],
  'icon-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'sideBar-background': ['#181818', '#f8f8f8', '#000000'],
  'editor-background': ['#1f1f1f', '#ffffff', '#000000'],
  'widget-border': ['#313131', '#e5e5e5', '#6fc3df'],
  'widget-shadow': ['#0000005c', '#00000029', ''],
  'panel-border': ['#2b2b2b', '#e5e5e5', '#6fc3df'],
  'editorWidget-background': ['#202020', '#f8f8f8', '#0c141f'],
  'editorWidget-border': ['#454545', '#c8c8c8', '#6fc3df'],
  'editorHoverWidget-background': ['#202020', '#f8f8f8', '#0c141f'],
  'editorHoverWidget-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'editorHoverWidget-border': ['#454545', '#c8c8c8', '#6fc3df'],
  'input-background': ['#313131', '#ffffff', '#000000'],
  'input-border': ['#3c3c3c', '#cecece', '#6fc3df'],
  'input-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'input-placeholderForeground': ['#989898', '#767676', '#ffffffb3'],
  'inputValidation-errorBorder': ['#be1100', '#be1100', '#6fc3df'],
  'textLink-foreground': ['#4daafc', '#005fb8', '#21a6ff'],
  'textLink-activeForeground': ['#4daafc', '#005fb8', '#21a6ff'],
  'textPreformat-foreground': ['#d0d0d0', '#3b3b3b', '#000000'],
  'textPreformat-background': ['#3c3c3c', '#0000001f', '#ffffff'],
  'textCodeBlock-background': ['#2b2b2b', '#f8f8f8', '#000000'],
  'textBlockQuote-border': ['#616161', '#e5e5e5', '#ffffff'],
  'textSeparator-foreground': ['#21262d', '#21262d', '#000000'],
  'button-background': ['#0078d4', '#005fb8', ''],
  'button-foreground': ['#ffffff', '#ffffff', '#ffffff'],
  'button-border': ['#ffffff1a', '#0000001a', '#6fc3df'],
  'button-hoverBackground': ['#026ec1', '#0258a8', ''],
  'button-secondaryBackground': ['#00000000', '#e5e5e5', ''],
  'button-secondaryForeground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'button-secondaryHoverBackground': ['#2b2b2b', '#cccccc', ''],
  'toolbar-hoverBackground': ['#5a5d5e50', '#b8b8b850', ''],
  'toolbar-hoverOutline': ['', '', '#f38518'],
  'chat-requestBorder': ['#ffffff1a', '#0000001a', '#6fc3df'],
  'chat-requestBackground': ['#1f1f1f9e', '#ffffff9e', '#000000'],
  'chat-requestBubbleBackground': ['#264f784d', '#add6ff4d', ''],
  'menu-background': ['#1f1f1f', '#ffffff', '#000000'],
  'menu-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'menu-border': ['#454545', '#cecece', '#6fc3df'],
  'menu-selectionBackground': ['#0078d4', '#005fb8', ''],
  'menu-selectionForeground': ['#ffffff', '#ffffff', '#ffffff'],
  'list-activeSelectionBackground': ['#04395e', '#e8e8e8', ''],
  'list-activeSelectionForeground': ['#ffffff', '#000000', '#ffffff'],
  'badge-background': ['#616161', '#cccccc', '#000000'],
  'badge-foreground': ['#f8f8f8', '#3b3b3b', '#ffffff'],
  'progressBar-background': ['#0078d4', '#005fb8', '#6fc3df'],
  'keybindingLabel-background': ['#8080802b', '#dddddd66', '#00000000'],
  'keybindingLabel-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'keybindingLabel-border': ['#33333399', '#cccccc66', '#6fc3df'],
  'editorWarning-foreground': ['#cca700', '#bf8803', '#ffd370'],
  'editorInfo-foreground': ['#59a4f9', '#0063d3', '#59a4f9'],
  'notificationsInfoIcon-foreground': ['#59a4f9', '#0063d3', '#59a4f9'],
  'testing-iconPassed': ['#73c991', '#73c991', '#73c991'],
  'charts-purple': ['#b180d7', '#652d90', '#b180d7'],
  'charts-blue': ['#59a4f9', '#0063d3', '#59a4f9'],
  'charts-orange': ['#d18616', '#d18616', '#d18616'],
  'charts-green': ['#89d185', '#388a34', '#89d185'],
  'charts-lines': ['#cccccc80', '#3b3b3b80', '#ffffff80'],
  'debugTokenExpression-name': ['#c586c0', '#9b46b0', '#ffffff'],
  'debugTokenExpression-string': ['#ce9178', '#a31515', '#f48771'],
  'debugTokenExpression-number': ['#b5cea8', '#098658', '#89d185'],
  'debugTokenExpression-boolean': ['#4e94ce', '#0000ff', '#75bdfe'],
  'symbolIcon-functionForeground': ['#b180d7', '#652d90', '#b180d7'],
  'diffEditor-insertedLineBackground': ['#9bb95533', '#9bb95533', ''],
  'diffEditor-removedLineBackground': ['#ff000033', '#ff000033', ''],
};

/** A style sheet as the editor's, for a page on its own. */
export function themeCss(theme: Theme): string {
  const at = { dark: 0, light: 1, contrast: 2 }[theme];
  const lines = Object.entries(COLORS).flatMap(([name, values]) =>
    values[at] ? [`  --vscode-${name}: ${values[at]};`] : [],
  );
  return `:root {
${lines.join('\n')}
  --vscode-font-family: 'DejaVu Sans', sans-serif;
  --vscode-font-size: 13px;
  --vscode-editor-font-family: 'DejaVu Sans Mono', monospace;
  --vscode-editor-font-size: 12px;
}
body { padding: 0 20px; }
`;
}
