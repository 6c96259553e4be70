"""Measurements. Each module runs as `python -m tests.benchmarks.NAME` and prints what it finds.

Importing the package pins the numerical libraries to one thread, which works only before NumPy is loaded; ratios of two
programs measured with several threads would depend on what else the machine does.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
