"""The tokens that are not learnt: control tokens, line ends with the indentation behind them, runs of blanks."""
from __future__ import annotations

FIM_PREFIX = '<|fim_prefix|>'
FIM_SUFFIX = '<|fim_suffix|>'
FIM_MIDDLE = '<|fim_middle|>'
FIM_PAD = '<|fim_pad|>'
FILE_SEP = '<|file_sep|>'
END_OF_TEXT = '<|endoftext|>'
IM_START = '<|im_start|>'
IM_END = '<|im_end|>'
CONTROL = [FIM_PREFIX, FIM_SUFFIX, FIM_MIDDLE, FIM_PAD, FILE_SEP, END_OF_TEXT, IM_START, IM_END]

_SPACE = '\u2581'
"""How SentencePiece spells a space."""
_SPACES = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24]
_TABS = [1, 2, 3, 4, 5, 6, 7, 8]
_INDENTS = [*(_SPACE * n for n in _SPACES), *('\t' * n for n in _TABS)]

# libllama looks for the longest of these anywhere in a text first, SentencePiece for the longest at each place. The two
# agree as long as two line ends have every indentation that one has.
WHITESPACE = ['\n', '\n\n', *_INDENTS, *('\n' + i for i in _INDENTS), *('\n\n' + i for i in _INDENTS)]
