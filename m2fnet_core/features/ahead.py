"""Doing the next thing while the current one is used. No torch."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The same items in the same order; one is always being made in another thread while the last one is used.

    Decoding thus overlaps with the networks. Never more than two items exist because of this. An exception of
    ``items`` is raised here, in its place.

    Nothing that parses Python (`inspect.signature` of a builtin, `ast.parse`) may run in such threads: before 3.11.9,
    Python counts the depth of a syntax tree for all threads together, and two that parse at once end in SystemError.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        end: list[T] = []  # one object that no item is
        coming = pool.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, items, end)
            yield item  # type: ignore[misc]
