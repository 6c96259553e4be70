"""What CuPy offers, read from `interface.json` (written by `python -m tests.device.survey`)."""

from __future__ import annotations

import json
import pathlib
from typing import Any

_found: dict[str, Any] = json.loads(pathlib.Path(__file__).with_name("interface.json").read_text())

VERSION: str = _found["version"]
MODULES: dict[str, dict[str, Any]] = _found["modules"]
ARRAY: list[str] = _found["array"]
SHARED: list[str] = _found["shared"]
GENERATOR: list[str] = _found["generator"]
