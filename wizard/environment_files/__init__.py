"""environment.yml, requirements.txt and their like, read and sorted: what has a place in a uv project, and what has not."""
