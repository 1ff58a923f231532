/** Whether a command can be shown to the person as it is: nobody agrees to what they cannot read. */

/** More does not fit into the question. */
const LONGEST = 600;
const MOST_LINES = 8;
/** Controls but for line breaks and tabs; marks that turn text around; what is seen by nobody. */
const UNSEEN = /[^\P{C}\n\t]|[\u2028\u2029]/u;

/** Why it is not run, for model and person alike; undefined: the person may be asked. */
export function commandRefusal(command: string): string | undefined {
  if (command.trim() === '') return 'There is no command in this call.';
  if (UNSEEN.test(command)) return 'The command has characters that cannot be seen, so nobody could agree to it.';
  if (command.length > LONGEST || command.split('\n').length > MOST_LINES)
    return 'The command is too long for the user to check. Make it shorter, or run it in parts.';
  return undefined;
}
