"""The verifier against those who mean it harm."""
