import { isBlank } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** When the length limit ended a block, its last line is half a line: leave it out where whole ones come before. */
export const unfinishedLine: Filter = (draft, { finish, lines }) => {
  if (finish !== 'length' || lines === 'one') return draft;
  const lastLine = draft.text.lastIndexOf('\n');
  const whole = draft.text.slice(0, Math.max(0, lastLine));
  return isBlank(whole) ? draft : shortened(draft, whole);
};
