"""Work outside the window's thread: the worker, trainings, threads. Each has an outcome that a person can read."""
