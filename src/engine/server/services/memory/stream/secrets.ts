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
  {
    what: 'a private key',
    form: /-----? ?BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)? ?-----?|\bAGE-SECRET-KEY-1[A-Z0-9]{50}/g,
  },
  { what: 'an AWS access key', form: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g },
  {
    what: 'an AWS secret key',
    form: /(?:aws_?secret_?|secret[ _-]?access[ _-]?)(?:access_?)?(?:key)?\b["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi,
  },
  { what: 'a GitHub token', form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})\b/g },
  { what: 'a GitLab token', form: /\bgl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|soat)-[A-Za-z0-9_-]{20,}/g },
  {
    what: 'a Slack token',
    form: /(?<![\w-])x(?:ox[abceprs]|app)-(?=[A-Za-z-]{0,100}\d)[A-Za-z0-9-]{10,}|hooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/g,
  },
  { what: 'a payment key', form: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g },
  {
    what: 'an API key of a model service',
    form: /(?<![\w-])sk-(?=[A-Za-z_-]{0,100}\d)(?:ant-|proj-|or-)?[A-Za-z0-9_-]*[A-Za-z0-9]{20,}/g,
  },
  { what: 'a Google API key', form: /\bAIza[A-Za-z0-9_-]{35}/g },
  { what: 'a Hugging Face token', form: /\bhf_[A-Za-z]{30,}\b/g },
  {
    what: 'a package registry token',
    form: /\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgE[A-Za-z0-9_-]{40,}|\brubygems_[a-f0-9]{40,}|(?:_authToken|(?<![\w.])_auth)\s*=\s*[^\s$]{12,}/g,
  },
  { what: 'a mail service key', form: /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g },
  {
    what: 'a storage account key',
    form: /\b(?:Account|SharedAccess)Key=[A-Za-z0-9+/]{40,}={0,2}|[?&]sig=[A-Za-z0-9+/%]{40,}/g,
  },
  {
    what: 'a token of a service',
    form: /\b(?:gsk_|r8_|xai-|pplx-|nvapi-|tgp_v1_|GOCSPX-|ya29\.|do[opr]_v1_|whsec_|glsa_|glc_|shp(?:at|ca|pa|ss)_|lin_api_|ntn_|dckr_pat_|hv[sb]\.|PMAK-|sq0(?:atp|csp)-|figd_|NRAK-|sntry[su]_|ATATT3|sbp_|ops_eyJ)(?=[A-Za-z_.-]{0,100}\d)[A-Za-z0-9_.=-]{20,}/g,
  },
  {
    what: 'a bot token',
    form: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b|\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{30,}/g,
  },
  { what: 'a signed token', form: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g },
  {
    what: 'a bearer token',
    form: /\b(?:(?:Bearer|Basic)\s+|Authorization["']?\s*[:=]\s*["']?(?:token\s+)?)(?=[A-Za-z+/._-]{0,100}\d)[A-Za-z0-9+/._-]{24,}={0,2}|\bAuthorization:\s*Basic\s+[A-Za-z0-9+/]{8,}={0,2}/g,
  },
  {
    what: 'an address with a password in it',
    // The name again is what local databases are set up with.
    form: /\b[a-z][a-z0-9+.-]{1,30}:\/\/(?:([^\s/:@<>{}$]{0,100}):(?!(?:pass|password|secret|\*+|x+|\1)@)[^\s/<>{}$]{3,200}@|(?=[a-z]*\d)[a-z0-9_]{30,100}@)/gi,
  },
  {
    what: 'a password of a command line',
    form: /\bcurl\b.{0,200}\s(?:-u|--user)[ =]?["']?[^\s:"'$]{1,100}:(?=[^\s"'$]*\d)[^\s"'$]{6,}|\bsshpass\s+-p\s*["']?[^\s"'$]{4,}/g,
  },
];

/** Of documentation: `AKIA…EXAMPLE`, `ghp_xxxx`, `Bearer YOUR_TOKEN_HERE`. */
const STAND_IN = /example|x{5}|\*{3}|your[-_ ]|placeholder|redacted/i;

/** Names of what is secret, whatever stands in front of them: `DB_PASSWORD`, `clientSecret`, `SECRET_KEY_BASE`. */
const PASSWORD =
  'pass(?:word|wd|phrase|code)|(?<![\\p{L}\\d])pwd?|(?<=[\\p{L}\\d]_)pass|passwor[dt]|kennwort|contrase[nñ]a|mot de passe';
const KEY = '(?:api|access|account|private|secret|encryption|signing|master)[ _-]?key(?:_base)?|secret|token';
const NAMES = `(?:(?<password>${PASSWORD})|(?<key>${KEY}))(?![\\p{L}\\d])["'\`]?`;
/** `for staging`, `of the database`. */
const OF_WHAT = '(?:\\s+(?:for|of|on|to|in|at|f[üu]r|de|del|von|pour)(?:\\s+[\\w.@-]{1,40}){1,4}?)?';
/** `is`, `=`, the end of a tag, the bracket of a call with a text, the space behind an option. */
const TELLS =
  '(?:["\'`>\\])*]{0,3}\\s*(?:is(?: now)?\\b|was changed to\\b|ist(?: jetzt)?\\b|lautet\\b|es\\b|est\\b|=>|:=|->|→|[:=])[\\s*]*|>|\\(\\s*(?=["\'`])|\\s+(?=["\'`])|(?<=--[\\w-]{4,40})\\s+)';
/** No name of what is called. */
const VALUE = '["\'`]?(?=(?<value>[^\\s"\'`,;<>{}()[\\]$]{6,}))\\k<value>(?!\\()';
/** `password is hunter2!`, `API_KEY = "…"`: what looks like a value that somebody chose or a machine made, and no word or name. */
const NAMED = new RegExp(`${NAMES}${OF_WHAT}${TELLS}${VALUE}`, 'giu');
/** `with password Winter2026!`: nothing says that this is its value but what it looks like. */
const BESIDE = new RegExp(`${NAMES}\\s+${VALUE}`, 'giu');
const CHOSEN = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{8,}$/;
const MADE = /^(?=(?:.*\d){3})[\w+=-]{20,}$/;
/** A word, a number, with a unit too, a version, a date, a way to hash, a placeholder. */
const PLAIN =
  /^(?:[a-z_.-]+|\d+|\*+|x{4,}|(?:your|my|the|some|process|env|os|config|example|changeme)\b.*|v?\d+(?:\.\d+)+|\d{4}-\d\d-\d\d.*|(?:sha|md|aes|utf|bcrypt|argon|pbkdf|base|oauth)-?\d.*)$/i;
/** `user.password1` is code. */
const MEMBER = /^[a-z_]\w*(?:\??\.[a-z_]\w*)+$/i;
/** `32bytes`, `base64url`: what names are made of, of code, files and resources; what a machine draws changes more often. */
const PART = /^(?:[a-z]*|\d+[a-z]{0,8}|[a-z]+(?:\d{1,4}|\d{1,3}[a-z]{1,4}))$/i;

/** What secret a text holds, in words, without a letter of it; undefined: none that can be told. */
export function secretIn(text: string): string | undefined {
  for (const { what, form } of FORMS) for (const [found] of text.matchAll(form)) if (!STAND_IN.test(found)) return what;
  for (const pattern of [NAMED, BESIDE]) {
    for (const { groups } of text.matchAll(pattern)) {
      const isPassword = groups!.password !== undefined;
      const bare = groups!.value!.replace(/[.!?*]+$/, '');
      if (!looksSecret(bare, isPassword)) continue;
      if (pattern === NAMED || (isPassword ? CHOSEN : MADE).test(bare))
        return isPassword ? 'a password' : 'a key or token';
    }
  }
  return undefined;
}

function looksSecret(bare: string, isPassword: boolean): boolean {
  if (!/\d/.test(bare) || !/[A-Za-z]/.test(bare) || PLAIN.test(bare) || MEMBER.test(bare)) return false;
  const isNamed = bare.split(/[^A-Za-z0-9]+/).every((part) => PART.test(part));
  return isPassword ? !(isNamed && /^[.~]?\//.test(bare)) : !isNamed;
}
