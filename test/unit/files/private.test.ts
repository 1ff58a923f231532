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
  'prod.tfvars.json',
  'terraform.tfstate.backup',
  'server.pem.bak',
  'server.key~',
  '.env.example',
  'db.env',
  'id_github',
  'id_ed25519_sk',
  '.terraformrc',
  'auth.json',
  '.docker/config.json',
  '.config/gcloud/access_tokens.db',
  'gha-creds-0123abcd.json',
  'app-firebase-adminsdk-x1.json',
  'krb5.keytab',
  'office.ovpn',
  '.htpasswd',
  '.yarnrc.yml',
  '.bash_history',
  'credentials.csv',
  '.env-prod',
  '.env copy',
  '.env (copy)',
  '.envrc.local',
  '.envs/.production/.django',
  'credentials copy 2.json',
  '#.env#',
  'deploy_rsa',
  'service_account.json',
  'my-project-service-account.json',
  'gcloud-service-key.json',
  'google-credentials.json',
  'credentials.yml.enc',
  'secrets.prod.yaml',
  'app-secrets.yaml',
  'db-secret.yaml',
  '.secrets.toml',
  '.claude/.credentials.json',
  '.openai_api_key',
  'private_key.txt',
  'token.json',
  'passwords.csv',
  'kubeconfig',
  'kubeconfig-prod.yaml',
  'wp-config.php.bak',
  'htpasswd',
  'appsettings.Production.json',
  'vault_pass.txt',
  'key.properties',
  '.dockerconfigjson',
  '.node_repl_history',
  '.dev.vars.production',
  '.config/gh/hosts.yml',
  '.m2/settings.xml',
  '.git/config',
  'rclone.conf',
];
const OPEN = [
  'src/env.ts',
  'environment.ts',
  'src/keys.ts',
  'monkey.ts',
  'credentials.ts',
  'src/secrets/index.ts',
  'a.envelope',
  'id_card.ts',
  'src/auth.ts',
  'src/history.ts',
  'docker/config.json',
  'config/gcloud.ts',
  'keytab.md',
  '.envoy.yaml',
  'token.ts',
  'tokens.json',
  'tokenizer.json',
  'secrets.test.ts',
  'secrets-provider.yaml',
  'secret_santa.json',
  'credentials.schema.json',
  'bin/rotate-credentials',
  'password-input.tsx',
  'locales/en/passwords.json',
  'kubeconfig.go',
  'wp-config-sample.php',
  'appsettings.json',
  'settings.xml',
  'gradle.properties',
  'hosts.yml',
  '.git/COMMIT_EDITMSG',
];

for (const path of SECRET) test(`${path} is secret`, () => assert.ok(isSecret(path)));
for (const path of OPEN) test(`${path} is not`, () => assert.ok(!isSecret(path)));

test('ignored and secret files are private, with or without a folder; a changed .gitignore is read again', async () => {
  const files = new Map([['w/w/.gitignore', 'dist/\n']]);
  let asked = 0;
  const rules = new PrivateFiles({
    read: async (folder, path) => {
      asked++;
      return files.get(`${folder}${path}`);
    },
  });
  const has = (path: string) => rules.has({ path: `/w/${path}`, folder: { key: 'w', path } });
  assert.equal(await has('dist/a.js'), true);
  assert.equal(await has('src/a.ts'), false);
  assert.equal(await has('.env'), true);
  assert.equal(await rules.has({ path: '/tmp/a.ts' }), false);
  assert.equal(await rules.has({ path: '/tmp/.env' }), true);
  files.set('w/w/.gitignore', 'src/\n');
  const before = asked;
  assert.equal(await has('src/a.ts'), false);
  assert.equal(asked, before);
  assert.equal(rules.has({ path: '/tmp/a.ts' }), rules.has({ path: '/tmp/a.ts' })); // nothing is done anew
  rules.forget('another');
  assert.equal(await has('src/a.ts'), false);
  rules.forget('w');
  assert.equal(await has('src/a.ts'), true);
});
