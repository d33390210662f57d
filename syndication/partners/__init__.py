"""What partners see of the house: the API, their feeds, their own page."""
