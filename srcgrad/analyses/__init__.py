"""Facts about a unit in normal form, kept in tables beside it."""
