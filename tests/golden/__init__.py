"""Emitted programs as files: a reviewer reads the derivative as a difference."""
