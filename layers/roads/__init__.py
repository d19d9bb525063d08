"""Roads: the network, what cuts it, and who can still be reached over it (pure: arrays in, arrays out)."""
