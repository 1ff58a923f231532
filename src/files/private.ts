/** Files that never go to a model: secrets, told by their names, and what git ignores. */
import type { UserFolders } from './gitConfig.ts';
import { IgnoreRules } from './ignored.ts';

/** Copies of keys that editors and people leave. */
const COPY = /(?:\.(?:bak|backup|old|orig|save|swp|tmp|copy|\d+)|~)+$/;
/** In lower case, without {@link COPY}. */
const SECRET_NAMES = [
  // `.env.example` too: what stands in it was often real once.
  /^\.env(?:$|\.|rc$)/,
  /\.(?:env|secrets?)$/,
  /\.(?:pem|key|p8|p12|pfx|pkcs12|jks|jceks|keystore|keytab|kdbx|asc|gpg|ppk|agekey|ovpn|kubeconfig)$/,
  /\.(?:tfvars(?:\.json)?|tfstate|mobileprovision)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)|^id_[^.]+$/,
  /^\.(?:npmrc|yarnrc(?:\.yml)?|pypirc|netrc|authinfo|pgpass|htpasswd|git-credentials|dockercfg|terraformrc)$/,
  /^(?:_netrc|terraform\.rc|pgpass\.conf|\.my(?:login)?\.cnf|\.s3cfg|\.boto|\.dev\.vars|\.vault[-_](?:token|pass.*))$/,
  /^\.[a-z]+_history$/,
  /^(?:credentials?|secrets?)(?:\.(?:json|ya?ml|toml|ini|xml|txt|properties|csv))?$/,
  /^(?:auth|local\.settings|application_default_credentials)\.json$/,
  /^(?:service-?account|gha-creds-|client_?secret|.*firebase-adminsdk).*\.json$/,
  /^(?:rootkey|.*_accesskeys)\.csv$/,
];

/** Folders that hold nothing else. */
const SECRET_FOLDERS =
  /(?:^|\/)(?:\.(?:ssh|aws|gnupg|kube|docker|azure|oci|password-store|terraform\.d)|\.config\/gcloud)\//;

/** @param path with '/', relative or absolute. */
export function isSecret(path: string): boolean {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1).replace(COPY, '');
  return SECRET_FOLDERS.test(lower) || SECRET_NAMES.some((rule) => rule.test(name));
}

/** A file, and where it lies in its workspace folder if it lies in one. */
export interface FilePlace {
  path: string;
  /** `key` names the folder; `path` is relative to it, with '/'. */
  folder?: { key: string; path: string };
}

/** How the files of rules are reached. */
export interface RuleFiles {
  /** The text of a file by its absolute path, with '/', in the file system of a folder; undefined where there is none. */
  read(folder: string, path: string): Promise<string | undefined>;
  /** Where the user's configuration of git is for a folder; undefined where it does not hold. */
  user?(folder: string): UserFolders | undefined;
}

/** Answers that are kept: more than anybody has open. */
const MOST_ANSWERS = 4_096;

export class PrivateFiles {
  readonly #files: RuleFiles;
  readonly #rules = new Map<string, IgnoreRules>();
  readonly #answers = new Map<string, Promise<boolean>>();

  constructor(files: RuleFiles) {
    this.#files = files;
  }

  /** True for a file that is neither completed nor shown to the model. The same answer until {@link forget}. */
  has(place: FilePlace): Promise<boolean> {
    const key = `${place.folder?.key}\n${place.path}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = this.#find(place);
      if (this.#answers.size >= MOST_ANSWERS) this.#answers.clear();
      this.#answers.set(key, answer);
    }
    return answer;
  }

  /** The rules of a folder, read once until {@link forget}. @param root its absolute path, with '/'. */
  rulesOf(key: string, root: string): IgnoreRules {
    let rules = this.#rules.get(key);
    if (rules === undefined) {
      rules = new IgnoreRules(root, (path) => this.#files.read(key, path), this.#files.user?.(key));
      this.#rules.set(key, rules);
    }
    return rules;
  }

  /** Rules changed, of one folder or of any: reads them anew when next asked. */
  forget(key?: string): void {
    this.#answers.clear();
    if (key === undefined) this.#rules.clear();
    else this.#rules.delete(key);
  }

  async #find({ path, folder }: FilePlace): Promise<boolean> {
    if (isSecret(path)) return true;
    if (folder === undefined || folder.path === '') return false;
    return this.rulesOf(folder.key, path.slice(0, -folder.path.length - 1)).ignores(folder.path);
  }
}
