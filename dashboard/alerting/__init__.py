"""Watching: one worker of many evaluates the watch areas, tells people, and escalates."""
