"""Documents in, passages out, offered to plans as ordinary tools."""
