"""Rescue: where people in need are, where to look next, and what a search has told."""
