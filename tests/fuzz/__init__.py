"""Random programs, their gradients compared with finite differences, and failures shrunk to a few lines.

`python -m tests.fuzz --programs 200 --seed 1` tries 200 programs; each is a function of the number `seed + i` alone.
"""
