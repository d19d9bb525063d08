"""Alerts: which reports are a watch area's, and when people are to be told. Frames in, findings out."""
