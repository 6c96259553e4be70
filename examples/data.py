"""Where the examples take their data from.

A file is looked for in the folder given by `--data`, in the folder named by the environment variable SRCGRAD_DATA, in
the user's cache, and is downloaded into that cache otherwise. A folder may hold the files directly or in subfolders
`housing/`, `mnist/` and `tagging/`, packed with gzip or not. Every file is compared with its SHA-256 checksum before it
is read; a file that differs is named, with both checksums, and the search goes on without it. Where nothing is found and
nothing can be downloaded, the small data sets that come with scikit-learn and with Python take their place, and one line
says so.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib
import importlib.util
import keyword
import logging
import os
import sys
import sysconfig
import tokenize
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

DOWNLOAD_TIMEOUT = 10  # seconds without an answer before the next address is tried


class DataError(Exception):
    """The data cannot be had; the message says what was tried."""


@dataclass(frozen=True)
class DataFile:
    """A file of a public data set: its usual subfolder, its name, the checksum of its bytes, and its public homes."""

    folder: str
    name: str
    sha256: str
    homes: tuple[str, ...]


HOUSING = DataFile(
    "housing",
    "housing.data",
    "baadf72995725d76efe787b664e1f083388c79ba21ef9a7990d87f774184735a",
    (
        "https://archive.ics.uci.edu/ml/machine-learning-databases/housing/",
        "https://raw.githubusercontent.com/geekcomputers/Python/2c362ff60c69d90f06045862349473bf7b99c324/",
    ),
)

_MNIST_HOMES = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")

MNIST = tuple(
    DataFile("mnist", name, sha256, _MNIST_HOMES)
    for name, sha256 in [
        ("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ]
)


_EWT_HOME = (
    "https://raw.githubusercontent.com/UniversalDependencies/UD_English-EWT/15d613d8447b3478787d4c278730a1e48a945efb/"
)

EWT = tuple(
    DataFile("tagging", f"en_ewt-ud-{part}.conllu", sha256, (_EWT_HOME,))
    for part, sha256 in [
        ("train", "3fb78e2b55482c8ee00caa653af436c88c9e5bc9a73ce26e4ae3ddc79d2b7e7b"),
        ("test", "e266e515a0a7547657ed3d90d9ba46487d6bd251f27ad4269d4e8a427c8555cd"),
    ]
)


@dataclass(frozen=True)
class Regression:
    """Inputs x (N, D) and targets y (N, 1), as they are in the file, and the name to print for them."""

    x: np.ndarray
    y: np.ndarray
    name: str


@dataclass(frozen=True)
class Digits:
    """Images (N, pixels) in 0..1, float32, and labels (N,) in 0..9, for training and for testing."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    name: str


def load_regression(folder: str | None = None, bundled: bool = False) -> Regression:
    """The UCI housing data, 506 rows of 13 columns; or scikit-learn's diabetes data (442 of 10) in its place."""
    paths = None if bundled else find_all((HOUSING,), folder, "scikit-learn's diabetes data")
    if paths is None:
        loaded = _scikit_learn().load_diabetes(scaled=False)
        return Regression(loaded.data, loaded.target.reshape(-1, 1), "diabetes data of scikit-learn")
    table = np.loadtxt(paths[0])
    return Regression(table[:, :-1], table[:, -1:], f"housing data in {paths[0]}")


def load_digits(folder: str | None = None, bundled: bool = False) -> Digits:
    """MNIST, 60,000 and 10,000 images of 28 x 28; or scikit-learn's digits (1,500 and 297 of 8 x 8) in its place."""
    paths = None if bundled else find_all(MNIST, folder, "scikit-learn's digits")
    if paths is None:
        loaded = _scikit_learn().load_digits()
        x = loaded.data.astype(np.float32) / np.float32(16)
        y = loaded.target
        return Digits(x[:1500], y[:1500], x[1500:], y[1500:], "digits of scikit-learn")
    x_train, y_train, x_test, y_test = (read_idx(path) for path in paths)
    return Digits(_pixels(x_train), y_train, _pixels(x_test), y_test, f"MNIST in {paths[0].parent}")


class Sentence(NamedTuple):
    """Words and their tags, equally many."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def load_sentences(folder: str | None = None, bundled: bool = False) -> tuple[list[Sentence], list[Sentence]]:
    """English-EWT of Universal Dependencies: 12,544 sentences to train on and 2,077 to test, words with parts of speech.

    In its place: lines of Python's standard library, tokens with their kinds.
    """
    paths = None if bundled else find_all(EWT, folder, "the tokens of Python's standard library")
    if paths is None:
        lines = [line for name in ("argparse", "ast", "calendar", "difflib") for line in _tokens(name)]
        return lines[::2], lines[1::2]
    return read_conllu(paths[0]), read_conllu(paths[1])


def read_conllu(path: Path) -> list[Sentence]:
    """Words and universal parts of speech (columns 2 and 4) of a treebank, gzipped or not; its format is CoNLL-U.

    Tokens that stand for several words (3-4) and empty ones (8.1) are left out, the words they stand for are not.
    """
    sentences = []
    for block in read_text(path).replace("\r\n", "\n").split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if line and not line.startswith("#")]
        if any(len(row) != 10 for row in rows):
            raise DataError(f"{path} is not in the CoNLL-U format: a line has not 10 columns")
        rows = [row for row in rows if row[0].isdigit()]
        if rows:
            sentences.append(Sentence(tuple(row[1] for row in rows), tuple(row[3] for row in rows)))
    if not sentences:
        raise DataError(f"{path} holds no sentences")
    return sentences


def read_text(path: Path) -> str:
    """The text of a file with its line ends kept, UTF-8 with or without a mark at its start, gzipped or not."""
    try:
        return _unpacked(path).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not a text in UTF-8 ({getattr(error, 'strerror', None) or error})") from None


def _tokens(module: str) -> list[Sentence]:
    """The logical lines of a module of the standard library; tags are keyword, name, op, number, string, comment."""
    path = Path(sysconfig.get_path("stdlib")) / f"{module}.py"
    lines, words, tags = [], [], []
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.string.strip() and token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
                words.append(token.string[:20])
                tags.append("KEYWORD" if keyword.iskeyword(token.string) else tokenize.tok_name[token.type])
            elif token.type == tokenize.NEWLINE and words:
                lines.append(Sentence(tuple(words), tuple(tags)))
                words, tags = [], []
    return lines


def find_all(files: tuple[DataFile, ...], folder: str | None, instead: str) -> list[Path] | None:
    """The paths of all `files`, downloaded if need be; None, after one line that says so, if one cannot be had."""
    found = []
    for file in files:
        try:
            found.append(find(file, folder))
        except DataError as error:
            _say(f"{error}; using {instead}")
            return None
    return found


def find(file: DataFile, folder: str | None = None) -> Path:
    """The path of an intact copy of `file`; DataError if there is none and none can be downloaded."""
    for place in _places(folder):
        for path in (place / file.folder / file.name, place / file.name):
            for candidate in (path, path.with_name(path.name + ".gz")):
                if candidate.is_file() and _intact(candidate, file):
                    return candidate
    return _download(file)


def _places(folder: str | None) -> Iterator[Path]:
    if folder is not None:
        yield Path(folder)
    named = os.environ.get("SRCGRAD_DATA")
    if named:
        if Path(named).is_dir():
            yield Path(named)
        else:
            _say(f"SRCGRAD_DATA names {named}, which is not a folder; looking elsewhere")
    yield _cache()


def _cache() -> Path:
    """The folder where this kind of system keeps what programs can fetch again."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "srcgrad"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "srcgrad"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "srcgrad"


def _intact(path: Path, file: DataFile) -> bool:
    """Whether the bytes at `path` are those of `file`; says what is wrong with them if they are not."""
    try:
        content = path.read_bytes() if path.name == file.name else _unpacked(path)
        found = hashlib.sha256(content).hexdigest()
    except (OSError, EOFError, zlib.error) as error:
        _say(f"{path} cannot be read ({getattr(error, 'strerror', None) or error}) and is not used")
        return False
    if found != file.sha256:
        _say(
            f"{path} is damaged or another version ({path.stat().st_size} bytes) and is not used: "
            f"its SHA-256 is {found}, it should be {file.sha256}"
        )
    return found == file.sha256


def _download(file: DataFile) -> Path:
    """Fetch `file` into the cache from the first home that has it, with a progress bar, and check it."""
    try:
        pooch: Any = importlib.import_module("pooch")
    except ImportError:
        raise DataError(f"{file.name} was not found, and downloading it needs the package pooch") from None
    pooch.get_logger().setLevel(logging.ERROR)
    bar = importlib.util.find_spec("tqdm") is not None and sys.stderr.isatty()
    reason = ""
    for home in file.homes:
        try:
            fetched = pooch.retrieve(
                home + file.name,
                known_hash="sha256:" + file.sha256,
                fname=file.name,
                path=_cache() / file.folder,
                downloader=pooch.HTTPDownloader(progressbar=bar, timeout=DOWNLOAD_TIMEOUT),
            )
            return Path(fetched)
        except (OSError, ValueError) as error:  # no network, refused, not found; or a checksum that differs
            reason = reason or _first_sentence(error)
    raise DataError(f"{file.name} was not found and could not be downloaded ({reason})")


def _first_sentence(error: Exception) -> str:
    cause = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "resolve" in cause or "unreachable" in cause:
        return "no network"
    return cause if len(cause) <= 120 else cause[:117] + "..."


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def read_idx(path: Path) -> np.ndarray:
    """The array in a gzipped idx file: two zeros, type 8 (bytes), number of axes, big-endian lengths, data by rows."""
    content = gzip.decompress(path.read_bytes())
    zeros, kind, axes = content[0] + content[1], content[2], content[3]
    if zeros or kind != 8:
        raise DataError(f"{path} is not an idx file of bytes")
    start = 4 + 4 * axes
    shape = np.frombuffer(content[4:start], dtype=">u4").astype(int)
    if len(content) - start != shape.prod():
        raise DataError(f"{path} holds {len(content) - start} bytes of data where its header announces {shape.prod()}")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def _pixels(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def _scikit_learn() -> Any:
    try:
        return importlib.import_module("sklearn.datasets")
    except ImportError:
        raise DataError("no data: neither a data folder nor the package scikit-learn is there") from None


def _say(text: str) -> None:
    print(text, file=sys.stderr)
