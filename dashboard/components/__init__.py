"""Pieces of a page that are made once and used twice or more; text from outside only ever becomes children."""
