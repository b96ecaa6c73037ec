"""Edits become patched text: chosen without overlap, applied until nothing is left to fix, checked, shown or written whole."""
