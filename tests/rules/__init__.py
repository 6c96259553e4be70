"""Tests of the table of rules, independent of the engine."""
