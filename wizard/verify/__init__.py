"""Does the environment work? A probe in the project's own Python, and the ladder that judges it."""
