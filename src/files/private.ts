/** Files that never go to a model: secrets, told by their names, and what git ignores. */
import type { UserFolders } from './gitConfig.ts';
import { IgnoreRules } from './ignored.ts';

/** Copies of keys that editors, file managers and people leave. */
const COPY =
  /(?:\.(?:bak|backup|old|orig|save|swp|tmp|copy|\d+)|~|#)+$|(?: - copy| copy| \(copy\))?(?: \d+| \(\d+\))?(?=\.[a-z]+$|$)/g;
const LOCK = /^\.?#/;
/** In lower case, without {@link COPY}. */
const SECRET_NAMES = [
  // `.env.example` too: what stands in it was often real once.
  /^\.env(?:$|[^a-z0-9]|rc(?:$|\.))|^\.(?:flaskenv|dev\.vars(?:$|\.))/,
  /\.(?:env|secrets?)$/,
  /\.(?:pem|key|p8|p12|pfx|pkcs8|pkcs12|jks|jceks|keystore|keytab|kdbx?|asc|gpg|ppk|agekey|ovpn|kubeconfig)$/,
  /\.(?:tfvars(?:\.json)?|tfstate|mobileprovision)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)|^id_[^.]+$|[-_](?:rsa|dsa|ecdsa|ed25519)(?:\.pub)?$/,
  /^\.(?:npmrc|yarnrc(?:\.yml)?|pypirc|netrc|authinfo|pgpass|git-?credentials|dockercfg|dockerconfigjson|terraformrc)$/,
  /^(?:_netrc|terraform\.rc|credentials\.tfrc\.json|pgpass\.conf|\.my(?:login)?\.cnf|\.s3cfg|\.boto|\.databrickscfg)$/,
  /^\.?(?:htpasswd|(?:ansible[-_])?vault[-_](?:token|pass(?:word|phrase)?)(?:\.txt)?)$/,
  /^(?:\.?rclone\.conf|\.ftpconfig|\.ftppass|\.?sftp(?:-config)?\.json|kaggle\.json|ngrok\.yml|settings-security\.xml)$/,
  /^\.[a-z_]+_history$|^\.lesshst$/,
  // Data, not code: `google-credentials.json`, `secrets.prod.yaml`, `db-secret.yaml`, `.openai_api_key`.
  /^(?:\.?(?:credentials|secrets)(?:[-_.](?:prod(?:uction)?|dev(?:elopment)?|stag(?:e|ing)|test|ci|local|live|enc|sops|example|ya?ml|json|\d+))+|(?:.*[-_.])?(?:credentials?|secrets?|api[-_]?keys?|private[-_]?key))\.(?:json|ya?ml|toml|ini|xml|txt|properties|csv|conf|db|enc)$/,
  /^(?:\.(?:.*[-_.])?)?(?:credentials?|secrets?|api[-_]?key|private[-_]?key)$/,
  /^(?:passwords?\.(?:txt|csv)|passwd|(?:.*[-_.])?(?:auth|token)\.json|local\.settings\.json)$/,
  /^appsettings\.(?:production|staging|local|secrets)\.json$|^wp-config\.php$|^(?:key|keystore|signing)\.properties$/,
  /^(?:gha-creds-|.*firebase-adminsdk|(?:.*[-_.])?(?:service[-_]?(?:account|key)|client[-_]?secret)).*\.json$/,
  /^kubeconfig(?:[-_][^.]*)?(?:\.(?:ya?ml|json))?$/,
  /^application_default_credentials\.json$/,
  /^(?:rootkey|.*_accesskeys)\.csv$/,
];

/** Folders that hold nothing else, and files that are secret where they are. */
const SECRET_PLACES =
  /(?:^|\/)(?:\.(?:ssh|aws|gnupg|kube|docker|azure|oci|password-store|terraform\.d|envs)\/|\.config\/(?:gcloud|gh|op|hub|rclone)(?:\/|$)|\.git\/config$|\.m2\/settings\.xml$|\.gradle\/gradle\.properties$|\.?huggingface\/token$)/;

/** @param path with '/', relative or absolute. */
export function isSecret(path: string): boolean {
  const lower = path.toLowerCase();
  const name = lower
    .slice(lower.lastIndexOf('/') + 1)
    .replace(LOCK, '')
    .replace(COPY, '');
  return SECRET_PLACES.test(lower) || SECRET_NAMES.some((rule) => rule.test(name));
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
  /** Where a path leads once links are followed, with '/'; the path itself where that cannot be told. */
  real?(folder: string, path: string): Promise<string>;
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
      const { real } = this.#files;
      const follow = real && ((path: string) => real(key, path));
      rules = new IgnoreRules(root, (path) => this.#files.read(key, path), this.#files.user?.(key), follow);
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
