"""The annotation document: what people decided beside what the network predicted. No Qt, no torch."""
