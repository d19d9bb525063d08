"""Briefs: what they say, how their words are proposed from the data, and how they are put on paper."""
