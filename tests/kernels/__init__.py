"""Textbook kernels in the natural in-place form, as tests of correctness and of cost (`python -m tests.kernels`)."""
