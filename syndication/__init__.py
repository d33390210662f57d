"""The stories abroad: what partner outlets hold, how it reaches them, and the proof that it leads home."""
