"""An utterance's sound, picture and words to vectors, kept by content in the feature store."""
