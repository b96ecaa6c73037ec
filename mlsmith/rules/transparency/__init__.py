"""Limited transparency: what an evaluation says is what was measured."""
