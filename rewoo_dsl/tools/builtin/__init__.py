"""Tools that come with the package. All of them only read."""
