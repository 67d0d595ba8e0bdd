"""What a project can give to others: a container image's files, the plan as a script, the choices."""
