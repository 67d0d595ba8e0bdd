"""Mirrors: which there are, whether they are sound, and how fast they are from here."""
