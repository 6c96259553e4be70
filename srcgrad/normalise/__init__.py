"""From the user's syntax to the normal form: one result name, no jumps but tail breaks, one operation per statement."""
