"""What a window asks of the core: a worker process that keeps a bundle warm and carries out requests."""
