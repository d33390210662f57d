"""Search: what readers find, in which order, and how it is shown."""
