/**
 * Finds secrets in texts, by what issuers make them look like, so that what is found is one almost always. Never a word of
 * them is told. The forms are those that gitleaks and GitHub's secret scanning know, of what people paste most.
 */

interface SecretForm {
  /** What it is, in words. */
  what: string;
  form: RegExp;
}

const FORMS: readonly SecretForm[] = [
  { what: 'a private key', form: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/ },
  { what: 'an AWS access key', form: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/ },
  { what: 'an AWS secret key', form: /\baws_?secret_?(?:access_?)?key\b["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}\b/i },
  { what: 'a GitHub token', form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})\b/ },
  { what: 'a GitLab token', form: /\bgl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_-]{20,}/ },
  { what: 'a Slack token', form: /\bxox[abeprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/ },
  { what: 'a payment key', form: /\b[rs]k_live_[A-Za-z0-9]{16,}/ },
  { what: 'an API key of a model service', form: /\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]*[A-Za-z0-9]{20,}/ },
  { what: 'a Google API key', form: /\bAIza[A-Za-z0-9_-]{35}/ },
  { what: 'a Hugging Face token', form: /\bhf_[A-Za-z]{30,}\b/ },
  {
    what: 'a package registry token',
    form: /\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgE[A-Za-z0-9_-]{40,}|_authToken\s*=\s*[^\s$]{12,}/,
  },
  { what: 'a mail service key', form: /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/ },
  { what: 'a storage account key', form: /\bAccountKey=[A-Za-z0-9+/]{40,}={0,2}/ },
  { what: 'a signed token', form: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/ },
  { what: 'a bearer token', form: /\b(?:Bearer|Basic)\s+(?=[A-Za-z0-9+/._-]*\d)[A-Za-z0-9+/._-]{24,}={0,2}/ },
  {
    what: 'an address with a password in it',
    form: /\b[a-z][a-z0-9+.-]+:\/\/[^\s/:@<>{}$]+:(?!(?:pass|password|secret|\*+|x+)@)[^\s/@<>{}$]{3,}@/i,
  },
];

/** `password is hunter2!`, `API_KEY = "…"`: what looks like a value that somebody chose or a machine made, and no word or name. */
const NAMED =
  /\b(password|passwd|passphrase|pwd|api[ _-]?key|secret(?:[ _-]?key)?|access[ _-]?token|auth[ _-]?token|client[ _-]?secret|token)\b["'`]?\s*(?:is now|is|=>|:=|[:=])\s*["'`]?([^\s"'`,;<>{}()[\]$]{6,})/gi;
/** A word, a number, a version, a placeholder. */
const PLAIN =
  /^(?:[a-z_.-]+|\d+|\*+|x{4,}|(?:your|my|the|some|process|env|os|config|example|changeme)\b.*|v?\d+(?:\.\d+)+)$/i;
/** Names of code and of files: `sha256`, `src/a1.ts`. */
const NAME = /^[A-Za-z_]+\d{1,4}$|\.[a-z]{1,4}$|\//;

/** What secret a text holds, in words, without a letter of it; undefined: none that can be told. */
export function secretIn(text: string): string | undefined {
  const known = FORMS.find(({ form }) => form.test(text));
  if (known) return known.what;
  for (const [, name, value] of text.matchAll(NAMED)) {
    const bare = value!.replace(/[.!?]+$/, '');
    const isPassword = /^pass|^pwd/i.test(name!);
    if (!/\d/.test(bare) || !/[A-Za-z]/.test(bare) || PLAIN.test(bare)) continue;
    if (isPassword || !NAME.test(bare)) return isPassword ? 'a password' : 'a key or token';
  }
  return undefined;
}
