"""A plan is carried out as events by a supervisor that outlives the terminal."""
