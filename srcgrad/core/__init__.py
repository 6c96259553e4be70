"""What every other room uses: errors, places in the source, names, and the making of syntax nodes."""
