"""Measurements of speed and memory, as ratios within one run. ``python -m benchmarks [name ...]``."""

import m2fnet_core  # noqa: F401 - before torch: it tells waiting threads to sleep, as in the worker
