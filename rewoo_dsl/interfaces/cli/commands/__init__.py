"""One module a command, each with `execute(options, terminal) -> int`."""
