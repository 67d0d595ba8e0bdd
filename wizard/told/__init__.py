"""What every face says in the same words: facts, torch, sources, a run and its end. Pure but where a module says so."""
