"""A folder with all that a host without a network needs: made here, checked anywhere, carried out there."""
