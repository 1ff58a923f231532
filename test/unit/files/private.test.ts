import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecret, PrivateFiles } from '../../../src/files/private.ts';

const SECRET = [
  '.env',
  'app/.env.local',
  '.ENV',
  '.envrc',
  'certs/server.pem',
  'server.key',
  'id_rsa',
  'id_ed25519.pub',
  '.npmrc',
  '.netrc',
  'credentials',
  'secrets.yaml',
  'service-account-prod.json',
  'home/.aws/config',
  '/home/a/.ssh/config',
  'prod.tfvars',
];
const OPEN = [
  'src/env.ts',
  'environment.ts',
  'src/keys.ts',
  'monkey.ts',
  'credentials.ts',
  'src/secrets/index.ts',
  'a.envelope',
];

for (const path of SECRET) test(`${path} is secret`, () => assert.ok(isSecret(path)));
for (const path of OPEN) test(`${path} is not`, () => assert.ok(!isSecret(path)));

test('ignored and secret files are private, with or without a folder; a changed .gitignore is read again', async () => {
  const files = new Map([['w/.gitignore', 'dist/\n']]);
  const rules = new PrivateFiles(async (folder, path) => files.get(`${folder}/${path}`));
  const has = (path: string) => rules.has({ path: `/w/${path}`, folder: { key: 'w', path } });
  assert.equal(await has('dist/a.js'), true);
  assert.equal(await has('src/a.ts'), false);
  assert.equal(await has('.env'), true);
  assert.equal(await rules.has({ path: '/tmp/a.ts' }), false);
  assert.equal(await rules.has({ path: '/tmp/.env' }), true);
  files.set('w/.gitignore', 'src/\n');
  assert.equal(await has('src/a.ts'), false);
  rules.forget();
  assert.equal(await has('src/a.ts'), true);
});
