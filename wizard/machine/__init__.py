"""What this machine is: the record, and the probes that fill it."""
