"""Programs that train models with srcgrad; each runs as `python -m examples.NAME` from the root of the repository."""
