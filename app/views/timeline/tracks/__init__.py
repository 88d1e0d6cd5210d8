"""One file for each track of the timeline."""
