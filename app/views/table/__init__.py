"""The table of utterances with its filter and its review bar."""
