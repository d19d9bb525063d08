"""Briefs made from what is known now: by template, page by page, and again for whoever receives them."""
