"""What the map shows and what is computed for it: pure functions, frames in and frames out."""
