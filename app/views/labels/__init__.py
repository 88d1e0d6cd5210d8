"""The label scheme of the project."""
