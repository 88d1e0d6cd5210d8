"""The networks, one short file each: text encoder, extractor, dialogue network, face detector."""
