"""A run on disk: its file, folder, states, lock, and the processes that work on it."""
