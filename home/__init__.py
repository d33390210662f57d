"""The stories at home: page types and what readers see."""
