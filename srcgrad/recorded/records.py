"""Arrays of records (structured dtypes): a field is a view of the memory, so its adjoint is the same view of the shadow.

Records are read and stored into field by field; what goes through an array of records as a whole is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .recorder import Recorder


def is_of_records(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.names is not None


def load(tape: Recorder, array: np.ndarray, index: Any) -> Any:
    """`array[index]`: a field, or some of the records as a view; a record is one as well, of no dimensions."""
    if isinstance(index, str):
        field = array[index]
        return field if field.ndim or is_of_records(field) else tape.load_array(field, ())
    y = array[index]
    if isinstance(y, np.void):
        return array[(*index, ...) if isinstance(index, tuple) else (index, ...)]
    if np.shares_memory(y, array) or not tape.is_active(array):
        return y
    return filled(tape, np.empty_like(y), lambda name: tape.load(array[name], index))


def filled(tape: Recorder, made: np.ndarray, field: Callable[[str], Any]) -> np.ndarray:
    """A new array of records with these fields."""
    for name in made.dtype.names or ():
        tape.store(made[name], ..., field(name))
    return made


def passed(tape: Recorder, function: Any, args: tuple, kwargs: dict[str, Any]) -> np.ndarray:
    """A function of an array of records: one that gives a view, or a copy."""
    array, y = args[0], function(*args, **kwargs)
    if is_of_records(array) and isinstance(y, np.ndarray):
        if np.shares_memory(y, array):
            return y
        if function is np.copy:
            return filled(tape, y, lambda name: array[name])
    raise refused(tape)


def store(tape: Recorder, array: np.ndarray, index: Any, value: Any) -> None:
    """`array[index] = value`, field by field."""
    if isinstance(index, str):
        tape.store(array[index], ..., value)
        return
    names = array.dtype.names or ()
    if isinstance(value, tuple) and len(value) == len(names):
        for name, item in zip(names, value, strict=True):
            tape.store(array[name], index, item)
    elif is_of_records(value) and value.dtype.names == names:
        for name in names:
            tape.store(array[name], index, value[name])
    elif tape.holds_active(value) or tape.is_active(array):
        raise refused(tape)
    else:
        array[index] = value


def refused(tape: Recorder) -> Exception:
    """Told where an array of records goes through an operation as a whole."""
    return tape.refuse(
        "cannot differentiate this use of an array of records", "only its fields are followed",
        "read and store the fields one by one: a['x'], a['x'][i] = v",
    )  # fmt: skip
