/** The licences of everything that a package carries and others wrote. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/paths.mjs';

const licenceFile = /^(licen[cs]e|copying|notice)/i;

/** The folder of the package that a file of node_modules belongs to. */
function packageFolder(file) {
  const [match] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
  return path.join(root, match);
}

function licenceText(folder) {
  return readdirSync(folder)
    .filter((name) => licenceFile.test(name))
    .map((name) => readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}

/**
 * @param {string[]} files files of node_modules, relative to the repository
 * @param {string[]} nativeFolders folders of native packages, absolute
 * @returns {string} names, versions, licences and licence texts, one package after the other
 */
export function thirdPartyNotices(files, nativeFolders) {
  const folders = new Set([...files.map(packageFolder), ...nativeFolders]);
  const sections = new Map();
  for (const folder of folders) {
    if (!existsSync(path.join(folder, 'package.json'))) throw new Error(`${folder} is not a package`);
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const text = licenceText(folder) || `Licence: ${license}; the package carries no licence text of its own.`;
    sections.set(`${name} ${version} (${license})`, text);
  }
  const carried = path.join(import.meta.dirname, 'licences');
  const own = readdirSync(carried).map((name) => readFileSync(path.join(carried, name), 'utf8').trim());
  const list = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([title, text]) => `${title}\n\n${text}`);
  const rule = `\n\n${'='.repeat(80)}\n\n`;
  return `${['Quire carries the software listed here. Each part is under its own licence.', ...own.sort(), ...list].join(rule)}\n`;
}
