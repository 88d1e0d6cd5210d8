"""A model on disk and in memory: its settings, weights, card and hash, and the shelf of a person's models."""
