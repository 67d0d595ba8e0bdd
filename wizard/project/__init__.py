"""What the project says: the record, and the readers that fill it."""
