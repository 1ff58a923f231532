import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askedBy, commandNamed, SLASH_COMMANDS } from '../../../../src/chat/commands/slashCommands.ts';

describe('slash commands', () => {
  it('are found by name', () => {
    assert.deepEqual(
      SLASH_COMMANDS.map(({ name }) => name),
      ['explain', 'fix', 'tests', 'doc', 'review', 'commit', 'new', 'compact'],
    );
    assert.equal(commandNamed('Fix')?.takes, 'problems');
    assert.equal(commandNamed('nothing'), undefined);
  });

  it('take the context that they speak of', () => {
    for (const { name, takes, ask } of SLASH_COMMANDS) {
      assert.equal(takes === null, ask === null, name);
      if (takes === 'diff') assert.match(ask!, /the changes above/, name);
      else if (takes !== null) assert.match(ask!, /the code above/, name);
      if (takes === 'problems') assert.match(ask!, /the problems listed above/, name);
    }
  });

  it('are short: a small model reads all of it', () => {
    for (const { name, ask } of SLASH_COMMANDS) assert.ok((ask ?? '').split(/\s+/).length <= 60, name);
  });

  it('end with what the person wrote', () => {
    const explain = commandNamed('explain')!;
    assert.equal(askedBy(explain, '  '), explain.ask);
    assert.equal(askedBy(explain, ' in German '), `${explain.ask}\n\nin German`);
  });
});
