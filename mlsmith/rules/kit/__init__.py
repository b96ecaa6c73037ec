"""The one door for rule authors: code in the field's language."""
