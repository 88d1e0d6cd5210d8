"""The window. It never imports torch; what is slow runs in child processes and threads."""
