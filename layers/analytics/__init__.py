"""Statistics on equal-area cells: pure functions from arrays to typed results."""
