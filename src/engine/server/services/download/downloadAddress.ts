/** Where a model comes from, and what to say when it does not come. */
import { EngineFailure } from '../../core/failure.ts';
import { fileNameIn, isModelFileName } from './fileName.ts';

export interface Address {
  /** As node-llama-cpp takes it. */
  uri: string;
  /** Asked first, to see whether the file can be had. */
  probeUrl: string;
  host: string;
  /** Name that the file gets; undefined where only the downloader can tell. */
  fileName: string | undefined;
  /** How to call it in a message. */
  label: string;
}

/**
 * Reads `hf:<user>/<repository>/<file>#<revision>`, `hf:<user>/<repository>:<quantisation>` or an https address.
 * Plain http is for loopback only.
 * @throws EngineFailure `downloadFailed` for anything else.
 */
export function addressOf(uri: string, hub: string): Address {
  const { host } = new URL(hub);
  const file = /^hf:([^/:#]+\/[^/:#]+)\/([^#]+?)(?:#(.+))?$/.exec(uri);
  if (file) {
    const [, repository = '', path = '', revision = 'main'] = file;
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const url = new URL(`${repository}/resolve/${encodeURIComponent(revision)}/${encoded}`, hub);
    const fileName = path.split('/').at(-1) ?? '';
    if (!isModelFileName(fileName) || path.split('/').some((part) => /^\.*$/.test(part))) throw noModel(uri);
    return { uri, probeUrl: url.href, host, fileName, label: `${fileName} of ${repository}` };
  }
  if (/^hf:[^/:#]+\/[^/:#]+(:[^/#]+)?$/.test(uri)) {
    return { uri, probeUrl: hub, host, fileName: undefined, label: uri.slice('hf:'.length) };
  }
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const loopback = url?.protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (!url || (url.protocol !== 'https:' && !loopback)) {
    throw noModel(uri);
  }
  const name = fileNameIn(url.pathname);
  if (name === undefined) throw noModel(uri);
  return { uri, probeUrl: url.href, host: url.host, fileName: name, label: name };
}

function noModel(uri: string): EngineFailure {
  const how = 'Write hf:<user>/<repository>/<file>.gguf, or an https address that ends in the name of a .gguf file.';
  return new EngineFailure('downloadFailed', `"${uri}" is not an address of a model. ${how}`);
}

/** @returns an error of the network, the server or the disk, in words. */
export function downloadFailure(error: unknown, { host, label }: Address): EngineFailure {
  if (error instanceof EngineFailure) return error;
  return new EngineFailure('downloadFailed', wordsFor(error, host, label), detailOf(error));
}

function wordsFor(error: unknown, host: string, label: string): string {
  const status = numberAt(error, 'statusCode');
  if (status === 404) return `${host} has no ${label}.`;
  if (status === 401 || status === 403) return `${host} does not give out ${label} without an account.`;
  if (status !== undefined) return `${host} answered with status ${status}. Try again later.`;
  const code = codeOf(error);
  if (code === 'ENOSPC') return `The disk is full: there is no room for ${label}.`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'The folder for models cannot be written to.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `${host} cannot be found. Is this machine offline?`;
  if (code === 'ECONNREFUSED') return `${host} does not answer.`;
  return `The download of ${label} from ${host} broke off. Try again: what has arrived is kept.`;
}

function numberAt(error: unknown, key: string): number | undefined {
  const value = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === 'number' ? value : undefined;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
