"""The page cache: right, then fast."""
