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
];
for (const text of HARMLESS) {
  test(`“${text}” holds no secret`, () => assert.equal(secretIn(text), undefined));
}
