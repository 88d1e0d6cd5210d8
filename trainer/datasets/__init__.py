"""Corpora on disk as the core's dialogues, or as labelled faces and clips: one small reader each."""
