import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretIn } from '../../../../../../../src/engine/server/services/memory/stream/secrets.ts';

const random = (length: number, letters = 'aB3dE6gH9jK2mN5pQ8sT'): string =>
  Array.from({ length }, (_, at) => letters[(at * 7 + 3) % letters.length]).join('');

// Put together here, so that no scanner of a repository takes this file for one that leaks.
const SECRETS: [text: string, what: RegExp][] = [
  [`-----BEGIN ${'RSA '}PRIVATE KEY-----\nMIIE`, /private key/],
  [`-----BEGIN ${'OPENSSH '}PRIVATE KEY-----`, /private key/],
  [`AWS: ${'AK'}IA${'Q2XZ'.repeat(4)}`, /AWS access key/],
  [`aws_secret_access_key = ${random(40)}`, /AWS secret key/],
  [`${'gh'}p_${random(36)}`, /GitHub/],
  [`${'github'}_pat_${random(60)}`, /GitHub/],
  [`${'gl'}pat-${random(20)}`, /GitLab/],
  [`${'xo'}xb-${random(24)}`, /Slack/],
  [`${'sk'}_live_${random(24)}`, /payment/],
  [`use ${'sk'}-ant-api03-${random(40)}`, /API key/],
  [`${'AI'}za${random(35)}`, /Google/],
  [`${'np'}m_${random(36)}`, /registry/],
  [`//registry/:_authToken=${random(30)}`, /registry/],
  [`AccountKey=${random(60)}==;`, /storage/],
  [`eyJ${random(20)}.eyJ${random(30)}.${random(30)}`, /signed token/],
  [`Authorization: Bearer ${random(40)}`, /bearer/],
  ['postgres://app:s3cr3tPw@db.internal:5432/app', /address with a password/],
  ['The password is Tr0ub4dor&3', /password/],
  ['the admin password is hunter2', /password/],
  ['API_KEY="9f8e7d6c5b4a39281706"', /key or token/],
  ['DB_PASSWORD=Hunter22x', /password/],
  ['dbPassword: "Hunter22x"', /password/],
  ['MYSQL_PASS=Hunter22x', /password/],
  ['The password for staging is Winter2024!', /password/],
  ['the root password was changed to N3wPass!99', /password/],
  ['**Password:** Hunter22x', /password/],
  ['<password>Hunter22x</password>', /password/],
  ['setPassword("Hunter22x")', /password/],
  ['deploy --password Hunter22x', /password/],
  ['curl -u admin:S3cretPw1 https://x', /password/],
  [`JWT_SECRET=${random(32)}`, /key or token/],
  [`OPENAI_API_KEY=${random(32)}`, /key or token/],
  [`os.environ["API_KEY"] = "${random(30)}"`, /key or token/],
  [`encryption_key: ${random(30)}/+`, /key or token/],
  [`"SecretAccessKey": "${random(39)}/"`, /AWS secret key/],
  [`SharedAccessKey=${random(43)}=`, /storage/],
  [`${'xa'}pp-1-A0${random(20)}`, /Slack/],
  [`${'gs'}k_${random(52)}`, /token of a service/],
  [`${'shp'}at_${random(32)}`, /token of a service/],
  [`Authorization: token ${random(40)}`, /bearer/],
  [`redis://:${random(16)}@cache:6379/0`, /address with a password/],
  ['mysql://root:p@ss1word@db/app', /address with a password/],
  [`https://${random(40)}@example.com`, /address with a password/],
  ['DB_PASSWORD=letmein99', /password/],
  ['PGPASSWORD=letmein99', /password/],
  ['DB_PASS=letmein99', /password/],
  [`JWT_SECRET=${random(32, '0a1b2c3d4e5f6789')}`, /key or token/],
  [`SECRET_KEY_BASE=${random(32, '0a1b2c3d4e5f6789')}`, /key or token/],
  [`STRIPE_SECRET=${random(32)}`, /key or token/],
  [`encryption key is ${random(32)}`, /key or token/],
  [`api key ${random(32)}`, /key or token/],
  [`the token for staging is ${random(24)}`, /key or token/],
  ['pw is hunter2', /password/],
  ['the password for staging is Winter2026!', /password/],
  ['password of the staging db: Winter2026!', /password/],
  ['staging login is bob with password Winter2026!', /password/],
  ['mein Passwort ist hunter22', /password/],
  ['la contraseña es hunter22', /password/],
  ['le mot de passe est hunter22', /password/],
  ['redis://:p4ssw0rd@cache:6379', /address with a password/],
  ['curl -u admin:hunter22 https://x.dev', /command/],
  ['Authorization: Basic YWRtaW46aHVudGVyMjJ4', /bearer/],
  ['//registry/:_auth=dXNlcjpwYXNzdzByZDE=', /registry/],
  [`${'wh'}sec_${random(32)}`, /service/],
  [`${'GOC'}SPX-${random(28)}`, /service/],
  [`${'dck'}r_pat_${random(27)}`, /service/],
];
for (const [text, what] of SECRETS) {
  test(`a secret is found in “${text.slice(0, 12)}…”, and its words say none of it`, () => {
    const found = secretIn(`Remember this: ${text} and that is all.`);
    assert.match(found ?? '', what);
    assert.ok(!text.split(/\s+/).some((word) => word.length > 8 && found!.includes(word)));
  });
}

const HARMLESS = [
  'The password is read from the environment variable DB_PASSWORD.',
  'Never log the access token.',
  'token = process.env.TOKEN',
  'The API key is stored in the keychain under quire.apiKey2.',
  'const token = tokens[0];',
  'The token count is 128 and the password field is called password_2',
  'The hash is sha256, 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'https://user:password@example.com is what the docs show',
  'Use sk-learn for the baseline and ghp for pages',
  'The secret is: keep functions short',
  'postgres://localhost:5432/app',
  'git clone git@github.com:owner/repository.git',
  'The commit is 07ab93f0d2c2f1c0e1b4d6a9e8f7c6b5a4d3e2f1',
  'Set token: <your token here1>',
  'password: ********',
  'Basic authentication is off by default in version 2',
  'password: user.password1',
  'password = formData?.password2',
  'let token = self.peek2()',
  'token = b64encode(userpass).decode()',
  'self._auth = self._build_auth(auth)',
  'the token is RS256-signed and base64url-encoded',
  'password is sha256-hashed',
  'secret key is 32bytes, for AES-256-GCM',
  'secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db',
  'token: 2024-01-01T00:00:00Z',
  "apiKey: 'fake-api-key-123'",
  'pwd is /usr/local2',
  'open_with_auth = socket_timeout(open_with_auth)',
  `AKIA${'IOSFODNN7EXAMPLE'}`,
  `ghp_${'x'.repeat(36)}`,
  'Authorization: Bearer YOUR_ACCESS_TOKEN_GOES_HERE1',
  'postgres://postgres:postgres@localhost:5432/test',
  'class="sk-toggleable__content-abcdefghijklmnopqrstuv"',
  'xoxb-your-token-here',
  'DB_PASSWORD=$DB_PASSWORD_2',
  'passwords are hashed with argon2id',
  'the token is base64url encoded',
  'the refresh token is 30days old',
  'the bypass is v2rule1, and the compass: hunter2',
  'the password encoder is Argon2PasswordEncoder',
  'tokenizer = cl100k_base, max_tokens=4096',
  'the api-key for staging lives in vault1',
];
for (const text of HARMLESS) {
  test(`“${text}” holds no secret`, () => assert.equal(secretIn(text), undefined));
}

test('long texts of nearly secrets are read soon', { timeout: 10_000 }, () => {
  const pieces = ['sk-', 'sk-a-', 'xoxb-', 'a+.', 'a.b-', 'a://a:', 'x://:', 'pass-', 'password is ', 'password for '];
  for (const piece of [...pieces, 'curl a -u ', '-----BEGIN A ']) secretIn(piece.repeat(100_000 / piece.length));
});
