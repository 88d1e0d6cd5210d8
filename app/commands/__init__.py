"""What each command of the table does, by subject."""
