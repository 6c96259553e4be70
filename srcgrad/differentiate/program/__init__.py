"""Whole programs: the function that is differentiated and the helpers it calls, each through all passes.

There are three: the gradient (`gradient`), the value with its tangent (`tangent`), the value with its pullback (`pullback`). What they share:
`builder` (the program in the making), `outside` (what its outside names mean), `normal_form` (the road of one function), `specialised`
(which specialisations of which helpers there are), `pairs` (the two functions that stand for a helper in reverse mode), `sweeps`,
`ends` (what stands between the sweeps and the caller) and `cleaning` (what is removed in the end).
"""
