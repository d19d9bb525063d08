"""What leaves the house as files; each format is a module here."""
