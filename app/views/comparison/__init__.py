"""Annotators and network beside each other: table, agreement, statistics."""
