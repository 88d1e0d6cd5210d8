"""All videos of a project at one sight."""
