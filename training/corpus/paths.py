"""What the path of a file says: its kind, whether it is source, and which of several builds of a file to keep."""
from __future__ import annotations

import re

_FOLDERS = re.compile(
    r'(^|/)(node_modules|vendors?|third_party|thirdparty|locales?|i18n|langs?|generated|__generated__|umd|bundles?|min|'
    r'fixtures?|__snapshots__|__fixtures__|protos?|amd|system|_cjs|testdata|data|esm5|fesm\w*|lib-commonjs|lib-amd|'
    r'coverage|assets|legacy-types|types-ts3|bazel|draco|rspack|compiled)(/|$)', re.I)
_FILES = re.compile(
    r'(\.min\.|-min\.|\.bundle\.|\.umd\.|\.iife\.|\.prod\.|\.production\.|\.global\.|\.generated\.|\.standalone\.|'
    r'\.legacy\.|\.pb\.|_pb\.|\.snap$|\.map$|package-lock\.json$|tsconfig[^/]*\.json$|changelog|licen[cs]e|'
    r'third.?party|code_of_conduct)', re.I)
_KINDS = (
    ('dts', re.compile(r'\.d\.[cm]?ts$')),
    ('tsx', re.compile(r'\.tsx$')),
    ('ts', re.compile(r'\.[cm]?ts$')),
    ('jsx', re.compile(r'\.jsx$')),
    ('js', re.compile(r'\.[cm]?js$')),
    ('json', re.compile(r'\.json$')),
    ('css', re.compile(r'\.(css|scss|less)$')),
    ('html', re.compile(r'\.html?$')),
    ('md', re.compile(r'\.(md|markdown)$', re.I)),
)
_PREFERRED = ('/src/', '/source/', '/lib/', '/esm/', '/es/', '/dist-src/', '/dist/', '/build/', '/cjs/', '/commonjs/')
_BUILD_FOLDERS = frozenset(
    'src source lib esm es cjs commonjs dist dist-src build module node browser out modern legacy js ts main package'
    .split())

CODE = ('ts', 'tsx', 'js', 'jsx')


def kind_of(path: str) -> str | None:
    """The kind of a file by its name; None where it is none that is trained on."""
    return next((kind for kind, pattern in _KINDS if pattern.search(path)), None)


def is_built_or_foreign(path: str) -> bool:
    """True for generated, minified, bundled, vendored, translated and fixture files."""
    return bool(_FOLDERS.search(path.rpartition('/')[0]) or _FILES.search(path.rpartition('/')[2]))


def variant_key(path: str) -> str:
    """Equal for the builds of one source file: lib/a.js, esm/a.mjs and src/a.ts."""
    folders = [part for part in path.split('/')[:-1] if part not in _BUILD_FOLDERS]
    return '/'.join([*folders, re.sub(r'(\.d)?\.[cm]?[jt]sx?$', '', path.rpartition('/')[2])])


def variant_rank(path: str) -> int:
    """The build to keep has the lowest: sources before builds, ES modules before CommonJS."""
    inside = f'/{path}'
    return next((rank for rank, part in enumerate(_PREFERRED) if part in inside), 5)
