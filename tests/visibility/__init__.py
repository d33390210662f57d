"""The visibility matrix: states of a piece × addresses. What readers may not see stands in no answer, new or cached."""
