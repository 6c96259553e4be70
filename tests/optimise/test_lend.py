"""A part is read in the place of its copy only while the array that it belongs to stays as it is."""

import pytest

from srcgrad.optimise import showing
from srcgrad.optimise.facts import Facts
from srcgrad.optimise.lend import lend

KEPT = {
    "stored into before the use": "t = a_bar[1:].copy()\na_bar[2] = 0.0\nb_bar[1:] += t",
    "added to in a loop that reads it": "t = a_bar[1:].copy()\nfor i in range(3):\n    b_bar[i] += t\n    a_bar[1:] += t",
    "kept under another name": "t = a_bar[1:].copy()\nu = t\na_bar[2] = 0.0\nb_bar[1:] += u",
    # the first of these is looked at before the second has joined the groups of t and a_bar
    "changed through a group that was joined": "v = a_bar[3:].copy()\nt = a_bar[1:].copy()\nb_bar[1:] += t\nu = a_bar[:2].copy()\n"
    "a_bar[0] = 0.0\nb_bar[:2] += u\nb_bar[3:] += v",
}
LENT = {
    "read once": "t = a_bar[1:].copy()\nb_bar[1:] += t",
    "stored back where it was read": "t = a_bar[1:].copy()\nb_bar[1:] += t * x\na_bar[1:] = t * x",
    "handed on": "t = rt.unbroadcast(a_bar[1:].copy(), x.shape)\nb_bar[1:] += t * x",
}


def after(text):
    arrays = {"a_bar", "b_bar", "x", "t", "u", "v"}
    facts = Facts(temporaries=frozenset(arrays), array=lambda name: name in arrays or None)
    return showing.text(
        lend(showing.program(f"a_bar, b_bar = np.ones(4), np.ones(4)\n{text}\nreturn a_bar, b_bar"), facts)
    )


@pytest.mark.parametrize("case", KEPT)
def test_a_copy_that_is_needed_stays(case):
    assert after(KEPT[case]).count(".copy()") == (2 if "v =" in KEPT[case] else 1)


@pytest.mark.parametrize("case", LENT)
def test_a_copy_that_nobody_needs_goes(case):
    assert ".copy()" not in after(LENT[case])
