"""mlsmith: set machine-learning projects up so that they can be trusted, and keep them so."""

__version__ = "0.1.0"
