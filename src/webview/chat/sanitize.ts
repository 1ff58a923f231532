/** The last barrier between a model's text and the page: what is not on these lists is not there, whoever wrote it. */
import DOMPurify from 'dompurify';

const TAGS =
  'a blockquote br code del div em h3 h4 h5 h6 hr li ol p pre span strong table tbody td th thead tr ul'.split(' ');
const ATTRIBUTES = 'aria-label class data-block data-open role start tabindex title'.split(' ');

/** A fragment of the page from HTML. */
export function sanitized(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_ARIA_ATTR: false,
    ALLOW_DATA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}
