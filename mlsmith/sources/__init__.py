"""Bytes become something a rule can look at: trees, Python, notebooks, configuration, requirements, Dockerfiles, directives."""
