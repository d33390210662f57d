"""Responses: where readers write, where other sites say that they mention a piece, and how both stand under it."""
