"""The project in the window: the one owner of the document, and what flows into and out of it."""
