"""Text and tree of a plan: see README.md for the way from one to the other."""
