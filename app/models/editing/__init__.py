"""What a key or a drag does to the document."""
