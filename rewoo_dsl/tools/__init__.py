"""What a step may call: the registry, tools made from Python functions, and those that come with the package."""
