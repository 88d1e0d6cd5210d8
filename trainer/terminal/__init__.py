"""What a person at a terminal sees of a training, and the reports that a command prints."""
