"""Responses: what readers and other sites say of a piece."""
