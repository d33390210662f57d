"""Tests of what partners see."""
