"""Every test of the window checks that it leaves nothing behind."""

from tests.leaks import nothing_leaks

__all__ = ["nothing_leaks"]
