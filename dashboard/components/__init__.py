"""Pieces of a page, made once and used twice or more; text from outside only ever becomes children."""
