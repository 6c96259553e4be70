"""Running the documents: every block that shows what a program prints is run, and what it prints is compared.

Three kinds of fenced block count:

* `python NAME.py`: a file; it is written to the folder in which the document runs.
* `python` with `>>>`: an interactive session. All sessions of a document share their names.
* `console`: lines that begin with `$` are commands, the lines after them their output. `...` alone in a line stands
for anything.

`python -m tests.documents --update [FILE.md ...]` writes the outputs anew.
"""

from __future__ import annotations

import argparse
import doctest
import io
import linecache
import os
import re
import shlex
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(r"^```(\S*) *(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Block:
    """A fenced block: its language, what follows the language on the fence, its text and where that begins."""

    language: str
    title: str
    text: str
    start: int
    line: int


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a document, in order."""
    return [
        Block(m[1], m[2].strip(), m[3], m.start(3), text.count("\n", 0, m.start(3)) + 1) for m in FENCE.finditer(text)
    ]


class Session:
    """One document being run in a folder of its own; `outputs` holds (start, end, expected, got) of wrong outputs."""

    def __init__(self, path: Path, folder: Path):
        self.path, self.folder = path, folder
        self.text = path.read_text(encoding="utf-8")
        self.names: dict = {"__name__": "__main__"}
        self.outputs: list[tuple[int, int, str, str]] = []
        self.differences: list[str] = []

    def run(self) -> None:
        before = Path.cwd()
        os.chdir(self.folder)
        sys.path.insert(0, str(self.folder))
        try:
            for block in blocks(self.text):
                if block.language == "python" and block.title.endswith(".py"):
                    (self.folder / block.title).write_text(block.text, encoding="utf-8")
                elif block.language == "python" and ">>> " in block.text:
                    self._python(block)
                elif block.language == "console":
                    self._console(block)
        finally:
            os.chdir(before)
            sys.path.remove(str(self.folder))
            for name in [n for n, m in sys.modules.items() if str(self.folder) in str(getattr(m, "__file__", ""))]:
                del sys.modules[name]

    def _python(self, block: Block) -> None:
        name = f"{self.path.name}, block of line {block.line}"
        test = doctest.DocTestParser().get_doctest(block.text, self.names, name, str(self.path), block.line - 1)
        runner = _Runner(optionflags=OPTIONS, verbose=False)
        test.globs = self.names  # kept from block to block, as is the text of the functions
        for number, example in enumerate(test.examples):
            lines = example.source.splitlines(keepends=True)
            linecache.cache[f"<doctest {name}[{number}]>"] = (len(example.source), None, lines, name)
        runner.run(test, out=io.StringIO().write, clear_globs=False)
        lines = block.text.splitlines(keepends=True)
        for example, got, raised in runner.wrong:
            first = example.lineno + example.source.count("\n")
            start = block.start + len("".join(lines[:first]))
            end = start + len("".join(lines[first : first + example.want.count("\n")]))
            line = block.line + example.lineno
            self._differ(line, example.source, start, end, example.want, got, keep=raised)

    def _console(self, block: Block) -> None:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "100"}
        paths = [str(ROOT), str(ROOT / "runtime"), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        for match in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
            words = shlex.split(match[1])
            words[:1] = {"srcgrad": [sys.executable, "-m", "srcgrad"], "python": [sys.executable]}[words[0]]
            done = subprocess.run(
                words,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            )
            if not _same(match[2], done.stdout):
                line = block.line + block.text.count("\n", 0, match.start())
                self._differ(
                    line, match[1], block.start + match.start(2), block.start + match.end(2), match[2], done.stdout
                )

    def _differ(self, line: int, what: str, start: int, end: int, want: str, got: str, keep: bool = False) -> None:
        if not keep:  # a traceback is never what a document should say
            self.outputs.append((start, end, want, got))
        self.differences.append(
            f"{self.path.name}:{line}: {what.rstrip()}\n--- stands there\n{want}--- is printed\n{got}"
        )

    def updated(self) -> str:
        """The document with every output as it is printed now."""
        text = self.text
        for start, end, _, got in sorted(self.outputs, reverse=True):
            text = text[:start] + got.rstrip("\n") + ("\n" if got.strip() else "") + text[end:]
        return text


class _Runner(doctest.DocTestRunner):
    """Collects the examples that print something else, with what they print."""

    def __init__(self, **options):
        super().__init__(**options)
        self.wrong: list[tuple[doctest.Example, str, bool]] = []

    def report_failure(self, out, test, example, got):
        self.wrong.append((example, got, False))

    def report_unexpected_exception(self, out, test, example, exc_info):
        self.wrong.append((example, "".join(traceback.format_exception(*exc_info)), True))


def _same(want: str, got: str) -> bool:
    parts = re.split(r"^\.\.\.\n", want, flags=re.MULTILINE)
    pattern = "(?:.*\n)*?".join(map(re.escape, parts))
    return re.fullmatch(pattern, got) is not None


def run(path: Path) -> Session:
    """Run a document in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        session = Session(path, Path(folder).resolve())
        session.run()
    return session


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.documents", description="Run the code in the documents.")
    parser.add_argument("--update", action="store_true", help="write the outputs anew")
    parser.add_argument("files", nargs="*", type=Path, default=DOCUMENTS)
    options = parser.parse_args()
    found = 0
    for path in options.files:
        session = run(path.resolve())
        found += len(session.differences)
        print("\n\n".join(session.differences), end="\n" if session.differences else "")
        if options.update and session.differences:
            path.write_text(session.updated(), encoding="utf-8")
    return 1 if found and not options.update else 0


if __name__ == "__main__":
    sys.exit(main())
