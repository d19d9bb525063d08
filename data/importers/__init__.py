"""Getting real data in: readers, detection, checks, and the way into the store."""
