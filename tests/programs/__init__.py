"""A suite of small programs: one feature of the language, or one trap, each.

Every program is an ordinary function in one of the area files. Its gradient is compared with finite differences, its
value with what it returns by itself, and what it leaves behind (arguments, output, exceptions) with what it leaves
behind by itself. `python -m tests.programs` prints how srcgrad fares.
"""
