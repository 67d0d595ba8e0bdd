"""Facts become recommended choices, each with its reason. Pure."""
