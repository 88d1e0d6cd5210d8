"""From a video to predictions: utterances, vectors, the dialogue network, and the report that says what came out."""
