"""Story in the dialects of others: pure functions, one dialect a file."""
