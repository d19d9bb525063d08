"""The routes beside the callbacks, and what stands in front of both."""
