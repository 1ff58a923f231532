/** Files that never go to a model: secrets, told by their names, and what git ignores. */
import { IgnoreRules } from './ignored.ts';

const SECRET_NAMES = [
  /^\.env(?:$|\.|rc$)/,
  /\.(?:pem|key|p8|p12|pfx|jks|keystore|kdbx|asc|gpg|ppk|tfvars|tfstate)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)/,
  /^(?:\.npmrc|\.yarnrc|\.pypirc|\.netrc|_netrc|\.pgpass|\.htpasswd|\.git-credentials|\.dockercfg|\.vault-token)$/,
  /^(?:credentials?|secrets?)(?:\.(?:json|ya?ml|toml|ini|xml|txt|properties))?$/,
  /^service-?account.*\.json$/,
];

/** Folders that hold nothing else. */
const SECRET_FOLDERS = /(?:^|\/)\.(?:ssh|aws|gnupg|kube|docker|azure)\//;

/** @param path with '/', relative or absolute. */
export function isSecret(path: string): boolean {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  return SECRET_FOLDERS.test(lower) || SECRET_NAMES.some((rule) => rule.test(name));
}

/** A file, and where it lies in its workspace folder if it lies in one. */
export interface FilePlace {
  path: string;
  /** `key` names the folder; `path` is relative to it, with '/'. */
  folder?: { key: string; path: string };
}

export class PrivateFiles {
  readonly #read: (folder: string, path: string) => Promise<string | undefined>;
  readonly #rules = new Map<string, IgnoreRules>();

  /** @param read the text of a file by its folder's key and its path in it; undefined where there is none. */
  constructor(read: (folder: string, path: string) => Promise<string | undefined>) {
    this.#read = read;
  }

  /** True for a file that is neither completed nor shown to the model. */
  async has({ path, folder }: FilePlace): Promise<boolean> {
    if (isSecret(path)) return true;
    if (folder === undefined || folder.path === '') return false;
    let rules = this.#rules.get(folder.key);
    if (rules === undefined) {
      rules = new IgnoreRules((inside) => this.#read(folder.key, inside));
      this.#rules.set(folder.key, rules);
    }
    return rules.ignores(folder.path);
  }

  /** A `.gitignore` changed: reads them anew when next asked. */
  forget(): void {
    this.#rules.clear();
  }
}
