import unittest

from engine.agreement import disagreements, snippets
from engine.library import _MODULES
from tests.corpora import own_sources, tokenizer
from tokenizer.tokenizer import Tokenizer


class Vocabulary(unittest.TestCase):
    def test_round_trips(self):
        t = tokenizer()
        for text in (' x', '  \n\n    a', 'é漢🎉\t\n', '<|fim_prefix|>', '\n', *(d.text for d in own_sources()[:5])):
            self.assertEqual(t.decode(t.encode(text)), text)

    def test_whitespace_and_control(self):
        t = tokenizer()
        self.assertEqual(len(t.encode('\n        ')), 1)
        self.assertEqual(len(t.encode('\n\n\t\t')), 1)
        control = {t.prefix, t.suffix, t.middle, t.pad, t.separator, t.end}
        self.assertEqual(len(control), 6)
        self.assertFalse(control & set(t.encode('<|fim_prefix|><|endoftext|><|file_sep|>')))

    def test_byte_lengths(self):
        t = tokenizer()
        lengths = t.byte_lengths()
        for text in ('const é = 1;\n\n    return "漢字";', own_sources()[0].text):
            self.assertEqual(sum(lengths[token] for token in t.encode(text)), len(text.encode()))

    def test_missing_file(self):
        with self.assertRaisesRegex(ValueError, 'no tokenizer at'):
            Tokenizer('nowhere.model')

    @unittest.skipUnless(list(_MODULES.glob('node-*/bin/node')), 'the engine is not installed')
    def test_libllama_agrees(self):
        import tempfile
        from pathlib import Path
        from corpus.documents import write_documents
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'docs.jsonl'
            write_documents(path, own_sources())
            self.assertEqual(disagreements(tokenizer(), snippets(path, 1000)), [])


if __name__ == '__main__':
    unittest.main()
