import json
import math
import tempfile
import unittest
from pathlib import Path

import torch

from evaluation.evaluate import likelihood
from evaluation.metrics import edit_similarity, first_line, judge
from evaluation.neural import ANSWER_TOKENS, Neural
from evaluation.ngram import NGram
from evaluation.positions import choose, write_cases
from evaluation.score import score
from model.llama import Llama
from model.presets import Shape
from tests.corpora import own_sources, tokenizer

torch.set_num_threads(1)


class Metrics(unittest.TestCase):
    def test_figures(self):
        self.assertEqual(first_line('a b  \nc'), 'a b')
        self.assertEqual(first_line('\nc'), '')
        self.assertEqual(edit_similarity('kitten', 'sitting'), 1 - 3 / 7)
        self.assertEqual(edit_similarity('', ''), 1)
        self.assertEqual(judge(['x = 1;\ny', 'no'], ['x = 1;', 'yes'])['exactMatch'], 50)


class Positions(unittest.TestCase):
    def test_positions_are_those_of_the_document(self):
        positions = choose(list(own_sources()), 30)
        self.assertEqual([one.id for one in positions], [one.id for one in choose(list(own_sources()), 30)])
        by_path = {d.path: d.text for d in own_sources()}
        self.assertEqual([sum(one.kind == kind for one in positions) for kind in ('rest', 'block')], [30, 30])
        for one in positions:
            self.assertTrue(by_path[one.path].startswith(one.prefix + one.truth))
            self.assertTrue(by_path[one.path].endswith(one.suffix))
            self.assertTrue(one.truth.strip())
            self.assertNotIn('\n', one.truth)
            if one.kind == 'block':
                self.assertRegex(one.prefix, r'\{\n[ \t]*$')

    def test_cases_and_their_score(self):
        positions = choose(list(own_sources()), 2)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'cases.jsonl'
            write_cases(positions, path, others=True)
            cases = [json.loads(line) for line in path.read_text().splitlines()]
        results = [{'id': c['id'], 'text': c['truth'] + '\nmore', 'shown': None, 'promptTokens': 100, 'cachedTokens': 50,
                    'generatedTokens': 11, 'firstTokenMs': 10.0, 'totalMs': 30.0} for c in cases]
        figures = score(cases, results)
        self.assertEqual(figures['rest']['text']['exactMatch'], 100)
        self.assertEqual(figures['rest']['nothingShown'], 2)
        self.assertEqual((figures['prefillTokensPerSecond'], figures['decodeTokensPerSecond']), (5000, 500))
        with self.assertRaisesRegex(ValueError, 'have no result'):
            score(cases, results[1:])


class Models(unittest.TestCase):
    def test_prompts_fit_and_follow_the_order(self):
        t = tokenizer()
        neural = Neural(Llama(Shape(t.size, 64, 1, 1, 1, 64, 256)), t)
        for position in choose(list(own_sources()), 8):
            for first in (True, False):
                prompt = neural.prompt(position, first, others=True)
                self.assertLessEqual(len(prompt) + ANSWER_TOKENS, 256)
                self.assertEqual(prompt[-1], t.middle)
                self.assertEqual(prompt.index(t.suffix) < prompt.index(t.prefix), first)
        self.assertIsInstance(neural.complete(prompt), str)

    def test_uniform_model_needs_the_logarithm_of_the_vocabulary(self):
        t = tokenizer()
        model = Llama(Shape(t.size, 64, 1, 1, 1, 64, 256))
        torch.nn.init.zeros_(model.token_embd.weight)
        figures = likelihood(Neural(model, t), t, list(own_sources())[:3], 500, 128)
        expected = math.log2(t.size) / figures['bytesPerToken']
        self.assertAlmostEqual(figures['bitsPerByte'], expected, delta=0.02)

    def test_ngram(self):
        model = NGram([[1, 2, 3, 1, 2, 3, 1, 2, 4]], vocabulary=10)
        self.assertAlmostEqual(sum(model.probability([1, 2], token) for token in range(10)), 1)
        self.assertEqual(model.likeliest([1, 2]), 3)
        self.assertEqual(model.continue_([9, 1], end=4, count=4), [2, 3, 1, 2])


if __name__ == '__main__':
    unittest.main()
