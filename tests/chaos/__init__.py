"""Proof under fault: a partner that fails on purpose, workers that are killed, a broker that forgets. `make chaos` runs it."""
