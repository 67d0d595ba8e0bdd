"""Stand-ins for the world: an index, its wheels, a project locked against it."""
