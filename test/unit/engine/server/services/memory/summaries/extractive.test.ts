import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MemoryItem } from '../../../../../../../src/engine/protocol/index.ts';
import { AnchorMaker } from '../../../../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { partsOf } from '../../../../../../../src/engine/server/services/memory/summaries/anchoring.ts';
import { ExtractiveSummariser } from '../../../../../../../src/engine/server/services/memory/summaries/extractive.ts';
import { tokensOf } from '../../../../../../../src/engine/server/services/memory/summaries/wording.ts';
import { Grammars } from '../../../../../../../src/syntax/grammars.ts';

const grammars = new Grammars(import.meta.url);
const summariser = () => new ExtractiveSummariser(new AnchorMaker(grammars));

async function textsOf(path: string, text: string): Promise<Record<string, string[]>> {
  const { items } = await summariser().file({ path, text });
  return Object.fromEntries(items.map(({ key, sentences }) => [key, sentences.map((one) => one.text)]));
}

const STORE = `/*---
 * Copyright (c) Somebody. Licensed under the MIT License.
 *---*/

/** Where carts are kept. One file for each {@link Shop}. */
import { Shop, type Item as Thing } from './shop.ts';
import fs from 'node:fs';

const LIMIT = 3;

/**
 * Keeps the carts of one shop.
 *
 * @example
 * new CartStore('x').add(1);
 */
export class CartStore {
  #items: Thing[] = [];

  /**
   * Puts a thing into the cart of a customer, e.g. a book. It is written at once.
   * @param customer who it is for
   * @returns the number of things that are in it now
   * @throws RangeError when it is full
   */
  async add(customer: string, key = 'a-value-that-is-long-and-nobody-elses'): Promise<number> {
    if (this.#items.length > LIMIT) throw new RangeError(customer + key);
    const shop = new Shop();
    this.#items.push(shop.find(customer));
    return this.#items.length;
  }

  get size(): number {
    return this.#items.length;
  }
}

export function openStore(folder: string): CartStore {
  fs.mkdirSync(folder);
  const store = new CartStore();
  return store;
}

function tiny() {}
`;

describe('a file of code', () => {
  test('says what it is for, what it exports and what it builds on', async () => {
    assert.deepEqual((await textsOf('src/cart.ts', STORE))['file:src/cart.ts'], [
      'src/cart.ts: Where carts are kept.',
      'One file for each Shop.',
      'It exports the class CartStore and the function openStore.',
      'CartStore (class): Keeps the carts of one shop.',
      'It builds on src/shop.ts (Shop and Thing).',
    ]);
  });

  test('has items for what is worth one, with tags in words and without private values', async () => {
    const texts = await textsOf('src/cart.ts', STORE);
    assert.deepEqual(Object.keys(texts), [
      'file:src/cart.ts',
      'symbol:src/cart.ts#CartStore',
      'symbol:src/cart.ts#CartStore.add',
      'symbol:src/cart.ts#openStore',
    ]);
    assert.deepEqual(texts['symbol:src/cart.ts#CartStore'], [
      'CartStore (class in src/cart.ts): Keeps the carts of one shop.',
      'It has add and size.',
      'It uses Thing, LIMIT and Shop.',
    ]);
    assert.deepEqual(texts['symbol:src/cart.ts#CartStore.add'], [
      'CartStore.add (method in src/cart.ts): Puts a thing into the cart of a customer, e.g. a book.',
      'It is written at once.',
      "It is declared as async add(customer: string, key = '…'): Promise<number>.",
      'Its parameter customer: who it is for.',
      'It returns: the number of things that are in it now.',
      'It throws RangeError: when it is full.',
      'It uses LIMIT and Shop.',
    ]);
    assert.deepEqual(texts['symbol:src/cart.ts#openStore'], [
      'openStore is a function in src/cart.ts: function openStore(folder: string): CartStore.',
      'It uses CartStore.',
    ]);
  });

  test('anchors each sentence to what it is about, and quotes to their comment as well', async () => {
    const { items } = await summariser().file({ path: 'src/cart.ts', text: STORE });
    for (const { sentences, key } of items) {
      for (const { text, anchors } of sentences) {
        assert.equal(anchors.length, 1, text);
        const [{ path, symbol, hash }] = anchors as [(typeof anchors)[0]];
        assert.equal(path, 'src/cart.ts');
        if (key.startsWith('symbol:')) assert.equal(`symbol:${path}#${symbol}`, key);
        const isOurs = /^It (?:is declared|has|uses|exports|builds)|is a function in/.test(text);
        assert.equal(partsOf(hash).quote === undefined, isOurs, text);
      }
    }
  });

  test('is told of by the tests in it', async () => {
    const text = "import { test } from 'node:test';\ndescribe('carts', () => {\n  test('are kept.', () => {});\n});\n";
    assert.deepEqual(await textsOf('a.test.ts', text), { 'file:a.test.ts': ['a.test.ts tests: carts and are kept.'] });
  });

  test('does not quote a comment with what it names and the code does not have', async () => {
    const text =
      '/** Keeps carts. It asks the cartBroker. Written in JavaScript. @returns what oldHelper() gave */\nexport function keep(a) {\n  a;\n  return a;\n}\n';
    const made = summariser();
    const { items } = await made.file({ path: 'a.js', text });
    assert.deepEqual(
      items[1]!.sentences.map((one) => one.text),
      ['keep (function in a.js): Keeps carts.', 'Written in JavaScript.', 'It is declared as function keep(a).'],
    );
    assert.equal(made.leftOut.absent, 2);
  });

  test('quotes the part of a sentence that is true, and nothing that leans on what was left out', async () => {
    const comment = [
      'Keeps carts (see cartBroker). Takes `Map<string>`; like oldStore does. Is fast; unless oldStore is full.',
      'It ends then. Asks cartBroker. It waits. Carts are:',
      '',
      'It is so.',
    ];
    const text = `/** ${comment.join('\n * ')} */\nexport function keep(a: Map<string>) {\n  a;\n  return a;\n}\n`;
    const { items } = await summariser().file({ path: 'a.ts', text });
    assert.deepEqual(
      items[1]!.sentences.map((one) => one.text),
      [
        'keep (function in a.ts): Keeps carts.',
        'Takes Map<string>.',
        'It is declared as function keep(a: Map<string>).',
      ],
    );
  });

  test('uses what it names, not its own parameters, members and variables of the same name', async () => {
    const text =
      "import { Shop, Till, Cart, Item } from './shop.ts';\n\nexport function open(Shop: string) {\n  const { Till } = a;\n  a.Cart();\n  return { Cart: 1, Shop, Till, b: Item };\n}\n";
    const texts = await textsOf('a.ts', text);
    assert.ok(texts['symbol:a.ts#open']!.includes('It uses Item.'), texts['symbol:a.ts#open']!.join('\n'));
  });

  test('has no comments in a declaration, and never a part of a name at its end', async () => {
    const types = Array.from({ length: 40 }, (_, n) => `'a${n}': QueryObserverOptions${n}`).join('; // one\n  ');
    const texts = await textsOf('a.ts', `export type Large = {\n  ${types};\n};\n`);
    const [first] = texts['symbol:a.ts#Large']!;
    assert.match(first!, /^Large is a type in a\.ts: type Large = /);
    assert.ok(!first!.includes('// one'));
    assert.match(first!, /(?:QueryObserverOptions\d+|[:;']|a\d+) ….$/);
    for (const name of first!.match(/Query\w+/g)!) assert.ok(types.includes(`${name};`), name);
  });

  test('that says nothing has no item', async () => {
    assert.deepEqual(await textsOf('a.ts', '\n'), {});
    assert.deepEqual(await textsOf('data.json', '{"a": "Some words of data are here."}'), {});
  });
});

const LANGUAGES: [string, string, Record<string, string[]>][] = [
  [
    'pkg/cart.py',
    '#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n"""Keeps carts for shops."""\nfrom .shop import Shop\n\n\nclass Cart(Base):\n    """What a customer chose.\n\n    Args:\n        size: how large\n    """\n\n    def add(self, thing):\n        """Puts a thing into it, unless it is there already, and tells the shop.\n\n        :param thing: what is put into it\n        """\n        shop = Shop()\n        return shop.put(thing)\n\n    def _hidden(self):\n        pass\n',
    {
      'file:pkg/cart.py': [
        'pkg/cart.py: Keeps carts for shops.',
        'It exports the class Cart.',
        'Cart (class): What a customer chose.',
        'It builds on pkg/shop (Shop).',
      ],
      'symbol:pkg/cart.py#Cart': [
        'Cart (class in pkg/cart.py): What a customer chose.',
        'It is declared as class Cart(Base).',
        'It has add.',
        'It uses Shop.',
      ],
      'symbol:pkg/cart.py#Cart.add': [
        'Cart.add (method in pkg/cart.py): Puts a thing into it, unless it is there already, and tells the shop.',
        'It is declared as def add(self, thing).',
        'Its parameter thing: what is put into it.',
        'It uses Shop.',
      ],
    },
  ],
  [
    'cart.go',
    '// Package cart keeps carts.\npackage cart\n\n// Cart is what a customer chose.\ntype Cart struct {\n\titems []string\n}\n\n// Add puts a thing into it.\n// It never fails.\nfunc (c *Cart) Add(thing string) int {\n\tc.items = append(c.items, thing)\n\treturn len(c.items)\n}\n',
    {
      'file:cart.go': [
        'cart.go: Package cart keeps carts.',
        'It exports the struct Cart.',
        'Cart (struct): Cart is what a customer chose.',
      ],
      'symbol:cart.go#Cart': [
        'Cart (struct in cart.go): Cart is what a customer chose.',
        'It is declared as type Cart struct.',
        'It has Add.',
      ],
      'symbol:cart.go#Cart.Add': [
        'Cart.Add (method in cart.go): Add puts a thing into it.',
        'It never fails.',
        'It is declared as func (c *Cart) Add(thing string) int.',
      ],
    },
  ],
  [
    'src/cart.rs',
    '//! Keeps carts.\nuse crate::shop::{Shop, Till};\n\n/// What a customer chose.\n///\n/// # Examples\n/// Not told of here.\n#[derive(Debug)]\npub struct Cart {\n    items: Vec<Shop>,\n}\n',
    {
      'file:src/cart.rs': [
        'src/cart.rs: Keeps carts.',
        'It exports the struct Cart.',
        'Cart (struct): What a customer chose.',
        'It builds on shop (Shop and Till).',
      ],
      'symbol:src/cart.rs#Cart': [
        'Cart (struct in src/cart.rs): What a customer chose.',
        'It has items.',
        'It uses Shop.',
      ],
    },
  ],
  [
    'Cart.java',
    'package shop;\n\n/**\n * Keeps what a customer <b>chose</b>.\n *\n * @author nobody\n */\npublic class Cart {\n  /** Puts a {@link Thing thing} into the cart; it is written at once, and told to the shop. */\n  public int add(Thing thing) {\n    return 1;\n  }\n}\n',
    {
      'file:Cart.java': ['Cart.java exports the class Cart.', 'Cart (class): Keeps what a customer chose.'],
      'symbol:Cart.java#Cart': ['Cart (class in Cart.java): Keeps what a customer chose.', 'It has add.'],
      'symbol:Cart.java#Cart.add': [
        'Cart.add (method in Cart.java): Puts a thing into the cart; it is written at once, and told to the shop.',
        'It is declared as public int add(Thing thing).',
      ],
    },
  ],
];

for (const [path, text, expected] of LANGUAGES) {
  test(`reads the comments of ${path}`, async () => assert.deepEqual(await textsOf(path, text), expected));
}

describe('folders and the workspace', () => {
  const README = {
    path: 'README.md',
    text: '# Carts\n\n[![badge](x)](y)\n\nKeeps **carts** for [shops](http://x.y).\n',
  };
  const MANIFEST = {
    path: 'package.json',
    text: '{"name": "carts", "description": "Carts for shops", "main": "./a.js", "scripts": {"build": "x"}}',
  };

  async function whole(): Promise<ReturnType<ExtractiveSummariser['folder']>[]> {
    const made = summariser();
    const files = [
      README,
      MANIFEST,
      { path: 'src/cart.ts', text: STORE },
      {
        path: 'src/shop.ts',
        text: '/** The shops. */\n\nexport class Shop {\n  find() {}\n}\nexport interface Item {}\n',
      },
    ];
    const items = (await Promise.all(files.map((file) => made.file(file)))).flatMap((one) => one.items) as MemoryItem[];
    const inside = items.filter(({ kind, path }) => kind === 'file' && path!.startsWith('src/'));
    const src = made.folder('src', inside, undefined);
    const top = items.filter(({ kind, path }) => kind === 'file' && !path!.includes('/'));
    return [src, made.folder('', [...top, src as MemoryItem], README)];
  }

  test('name what is central first, with the sentences of files', async () => {
    const [src] = await whole();
    assert.equal(src!.key, 'folder:src');
    assert.deepEqual(
      src!.sentences.map(({ text }) => text),
      ['src has the files shop.ts and cart.ts.', 'src/shop.ts: The shops.', 'src/cart.ts: Where carts are kept.'],
    );
  });

  test('say what README and manifest say', async () => {
    const [, workspace] = await whole();
    assert.equal(workspace!.key, 'workspace');
    assert.equal(workspace!.path, null);
    assert.deepEqual(
      workspace!.sentences.map(({ text }) => text),
      [
        'Keeps carts for shops.',
        'The package carts: Carts for shops.',
        'The package carts begins in a.js.',
        'The scripts of carts are build.',
        'The workspace has the folder src.',
        'src/shop.ts: The shops.',
        'src/cart.ts: Where carts are kept.',
      ],
    );
    assert.deepEqual(
      workspace!.sentences[0]!.anchors.map(({ path, symbol }) => [path, symbol]),
      [['README.md', null]],
    );
  });

  test('are the same for the same files', async () => {
    assert.deepEqual(await whole(), await whole());
  });
});

test('no item is longer than there is room for', async () => {
  const members = Array.from(
    { length: 300 },
    (_, n) =>
      `  /** Does the thing number ${n} that has to be done, as it was agreed upon by all who were asked. */\n  member${n}() {\n    return ${n};\n  }\n`,
  );
  const text = `/** ${'Many words are said here about very little. '.repeat(200)}*/\n\n/** A class. */\nexport class Large {\n${members.join('')}}\n`;
  const { items } = await summariser().file({ path: 'large.ts', text });
  assert.ok(items.length > 2 && items.length <= 25);
  for (const item of items) {
    assert.ok(tokensOf(item.text) <= 800, item.key);
    assert.ok(tokensOf(item.summary!) <= 120, item.key);
    assert.ok(item.text.startsWith(item.summary!));
  }
});
