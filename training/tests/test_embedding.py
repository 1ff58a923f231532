import json
import struct
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from embedding.bert import Bert, WordPiece, read_safetensors
from embedding.convert import convert, piece_name, tensor_name
from embedding.table import Pairs, bag, distilled, ndcg, quantized, vectors, write
from engine.library import _MODULES, vectors_of
from export.gguf import read_gguf

PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '[', ']', '.', ',', *'abcdefghijklmnopqrstuvwxyz',
          *(f'##{letter}' for letter in 'abcdefghijklmnopqrstuvwxyz'), 'the', 'page', 'cache', '##s', '##ing', 'read', 'file']
PIECES = list(dict.fromkeys(PIECES))
WIDTH, LAYERS, INNER = 64, 2, 128


def published(folder: Path) -> Path:
    """A small encoder with random weights, as it would be published."""
    random = np.random.default_rng(1)
    make = lambda *shape: random.normal(0, 0.3, shape).astype(np.float32)  # noqa: E731
    tensors = {'embeddings.word_embeddings.weight': make(len(PIECES), WIDTH),
               'embeddings.position_embeddings.weight': make(64, WIDTH),
               'embeddings.token_type_embeddings.weight': make(2, WIDTH),
               'embeddings.LayerNorm.weight': 1 + make(WIDTH), 'embeddings.LayerNorm.bias': make(WIDTH),
               'pooler.dense.weight': make(WIDTH, WIDTH)}
    for layer in range(LAYERS):
        at = f'encoder.layer.{layer}'
        for name, rows, columns in (('attention.self.query', WIDTH, WIDTH), ('attention.self.key', WIDTH, WIDTH),
                                    ('attention.self.value', WIDTH, WIDTH), ('attention.output.dense', WIDTH, WIDTH),
                                    ('intermediate.dense', INNER, WIDTH), ('output.dense', WIDTH, INNER)):
            tensors |= {f'{at}.{name}.weight': make(rows, columns), f'{at}.{name}.bias': make(rows)}
        for name in ('attention.output.LayerNorm', 'output.LayerNorm'):
            tensors |= {f'{at}.{name}.weight': 1 + make(WIDTH), f'{at}.{name}.bias': make(WIDTH)}
    head, data = {}, b''
    for name, values in tensors.items():
        head[name] = {'dtype': 'F32', 'shape': values.shape, 'data_offsets': [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(head).encode()
    (folder / 'model.safetensors').write_bytes(struct.pack('<Q', len(text)) + text + data)
    (folder / 'vocab.txt').write_text('\n'.join(PIECES))
    (folder / 'config.json').write_text(json.dumps({
        'vocab_size': len(PIECES), 'hidden_size': WIDTH, 'num_hidden_layers': LAYERS, 'intermediate_size': INNER,
        'num_attention_heads': 4, 'layer_norm_eps': 1e-12, 'max_position_embeddings': 64, 'type_vocab_size': 2}))
    return folder


class Folders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Encoder(Folders):
    def test_pieces_are_the_longest_known(self):
        tokenizer = WordPiece(PIECES)
        spelled = lambda text: [PIECES[id] for id in tokenizer.encode(text)]  # noqa: E731
        self.assertEqual(spelled('The pages, readé!'), ['[CLS]', 'the', 'page', '##s', ',', 'read', '##e', '[UNK]', '[SEP]'])
        self.assertEqual(len(tokenizer.encode('page ' * 100, 20)), 20)

    def test_a_batch_is_as_each_alone(self):
        bert = Bert(published(self.folder))
        texts = ['the page', 'read the file, reading pages of the cache.', 'cache']
        together = bert.embed_texts(texts)
        for text, vector in zip(texts, together):
            self.assertLess((bert.embed_texts([text])[0] - vector).abs().max().item(), 1e-5)
            self.assertAlmostEqual(vector.norm().item(), 1, places=5)

    def test_unknown_types_are_refused(self):
        text = json.dumps({'a': {'dtype': 'BF16', 'shape': [1], 'data_offsets': [0, 2]}}).encode()
        path = self.folder / 'x.safetensors'
        path.write_bytes(struct.pack('<Q', len(text)) + text + b'\0\0')
        with self.assertRaisesRegex(ValueError, 'a is of type BF16'):
            read_safetensors(path)


class Converting(Folders):
    def test_names(self):
        self.assertEqual(tensor_name('encoder.layer.3.attention.output.LayerNorm.bias'), 'blk.3.attn_output_norm.bias')
        self.assertEqual(tensor_name('embeddings.LayerNorm.weight'), 'token_embd_norm.weight')
        self.assertIsNone(tensor_name('pooler.dense.weight'))
        self.assertIsNone(tensor_name('embeddings.position_ids'))
        self.assertEqual([piece_name(piece) for piece in ('[CLS]', 'page', '##s', '[', '##]')],
                         ['[CLS]', '\u2581page', 's', '\u2581[', ']'])

    def test_unknown_format(self):
        with self.assertRaisesRegex(ValueError, 'there is no format q3'):
            convert(published(self.folder), self.folder / 'x.gguf', 'q3', 'x', 'mit')

    @unittest.skipUnless(list(_MODULES.glob('node-*/bin/node')), 'needs npm ci')
    def test_the_engine_gives_the_same_vectors(self):
        folder = published(self.folder)
        texts = ['the page', 'read the file, reading pages of the cache.', 'a cache of pages. the file', 'zebra']
        wanted = Bert(folder).embed_texts(texts).numpy()
        for form, least in (('f16', 0.9999), ('q8_0', 0.999)):
            path = self.folder / f'{form}.gguf'
            convert(folder, path, form, 'x', 'mit')
            self.assertEqual(read_gguf(path)[0]['general.architecture'], 'bert')
            cosines = (vectors_of(path, texts) * wanted).sum(1)
            self.assertGreater(cosines.min(), least)


class Table(Folders):
    def pairs(self) -> Pairs:
        """Two words each that belong together."""
        words = [f'w{i}' for i in range(40)]
        (self.folder / 'vocabulary.json').write_text(json.dumps([[word, word] for word in words]))
        np.ones(44, np.float32).tofile(self.folder / 'counts.bin')
        numbers = [x for i in range(20) for x in (i, 2, 1, 2, 2 * i, 40, 2 * i + 1, 2 * i + 1, 41)]
        np.array(numbers, np.int32).tofile(self.folder / 'pairs.bin')
        return Pairs(self.folder)

    def test_pairs_are_read(self):
        pairs = self.pairs()
        self.assertEqual(len(pairs.items), 20)
        self.assertEqual([part.tolist() for part in pairs.items[3][1:]], [[6, 40], [7], [7, 41]])

    def test_what_stands_in_front_counts_more(self):
        rows, weights = bag(np.array([5, 3, 5]))
        self.assertEqual(rows.tolist(), [3, 5])
        np.testing.assert_allclose(weights, np.sqrt([1 + np.exp(-1 / 16), 3 + np.exp(-2 / 16)]), rtol=1e-6)

    def test_quantized_rows_are_near(self):
        table = torch.randn(10, 16)
        rows, scales = quantized(table)
        self.assertLess(np.abs(rows * scales[:, None] - table.numpy()).max(), 0.02)

    def test_likeness_and_its_measure(self):
        table = torch.zeros(44, 20)
        for i in range(20):
            table[2 * i, i] = table[2 * i + 1, i] = 1
        items = self.pairs().items
        self.assertAlmostEqual(vectors(table, [items[0][1]]).norm().item(), 1, places=5)
        self.assertAlmostEqual(ndcg(table, items, 20), 1)
        self.assertLess(ndcg(torch.randn(44, 20), items, 20), 0.9)

    def test_a_table_begins_with_the_directions_of_an_encoder(self):
        folder = published(self.folder)
        counts = np.array([100, 1, 1, 50], np.float32)
        # No more directions than the encoder has.
        table = distilled(folder, ['page', 'cache', 'the'], counts, 0.01)
        self.assertEqual(table.shape[0], 4)
        self.assertLess(table[0].norm(), table[1].norm())

    def test_the_file(self):
        pairs, path = self.pairs(), self.folder / 'x.bin'
        write(path, pairs, torch.randn(44, 16), {'name': 'x'})
        data = path.read_bytes()
        end = data.index(b'\n') + 1
        head = json.loads(data[:end])
        self.assertEqual((head['name'], head['dimensions'], head['buckets'], len(head['words'].split())), ('x', 16, 4, 40))
        self.assertEqual(end % 4, 0)
        self.assertEqual(len(data), end + 44 * (4 + 16))


if __name__ == '__main__':
    unittest.main()
