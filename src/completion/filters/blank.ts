import { isBlank } from '../text.ts';
import type { Filter } from './filter.ts';

/** Nothing but space is no suggestion. */
export const blank: Filter = (draft) => (isBlank(draft.text) ? null : draft);
