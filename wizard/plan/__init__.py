"""Choices become steps with commands and file changes. Pure."""
