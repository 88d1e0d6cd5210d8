"""The open video: its session, its reading, its analysis, and the queue of others."""
