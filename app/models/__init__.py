"""What the window knows, without a widget: the open video, the project, what keys do, rows of tables."""
