"""From Python's statements to the normal form, one kind of syntax per module; `flatten` has the form itself."""
