"""From a unit in normal form to its adjoint program."""
