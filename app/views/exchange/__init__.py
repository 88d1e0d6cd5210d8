"""Dialogs of import, export and of a second annotator."""
