import errno
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.errors import CacheError
from m2fnet_core.base.folders import cache_folder
from m2fnet_core.features.store import LIMIT, Entry, FeatureStore, key_of

KEY = key_of("visual", "abc", 0.5)


def entry(value: float = 1.5, width: int = 300) -> Entry:
    return Entry({"scene": np.full(width, value, np.float32)}, {"times": [0.04, 0.08], "faces": None})


def only_file(folder: Path) -> Path:
    (path,) = folder.rglob("??/*")
    return path


def test_gives_back_what_was_put(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    given = Entry({"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(0, np.float32)}, {"é": [1, None]})
    store.put(KEY, given)
    back = FeatureStore(tmp_path).get(KEY)
    assert back is not None
    assert back.facts == given.facts
    assert all(np.array_equal(back.arrays[name], given.arrays[name]) for name in given.arrays)
    assert back.arrays["a"].dtype == np.float32
    back.arrays["a"][0, 0] = 7  # the caller's own


def test_lives_in_the_cache_folder_and_misses_what_was_never_put() -> None:
    store = FeatureStore()
    assert store.get(KEY) is None
    store.put(KEY, entry())
    assert cache_folder() in only_file(cache_folder()).parents


def test_keys_differ_in_every_part() -> None:
    keys = {key_of("a", 1, "b"), key_of("a", 1, "c"), key_of("b", 1, "b"), key_of("a", "1", "b"), key_of("a", 1)}
    assert len(keys) == 5


@pytest.mark.parametrize("place", [0, 9, 40, -1])
def test_a_damaged_entry_is_a_miss(tmp_path: Path, place: int) -> None:
    store = FeatureStore(tmp_path)
    store.put(KEY, entry())
    path = only_file(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[place] ^= 0x41
    path.write_bytes(raw)
    assert store.get(KEY) is None
    store.put(KEY, entry())
    assert store.get(KEY) is not None


@pytest.mark.parametrize("length", [0, 5, 60])
def test_a_cut_off_entry_is_a_miss(tmp_path: Path, length: int) -> None:
    store = FeatureStore(tmp_path)
    store.put(KEY, entry())
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    assert store.get(KEY) is None


def test_a_full_disk_is_one_sentence_and_leaves_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.replace", full)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CacheError, match="No space left on device") as caught:
        FeatureStore(tmp_path).put(KEY, entry())
    assert str(tmp_path) in str(caught.value)
    assert not list(tmp_path.glob("??/*"))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = FeatureStore(tmp_path / "file")
    assert store.get(KEY) is None
    with pytest.raises(CacheError):
        store.put(KEY, entry())
    store.tidy()


def test_many_readers_and_writers_at_once(tmp_path: Path) -> None:
    wrong: list[object] = []

    def work(seed: int) -> None:
        store = FeatureStore(tmp_path)
        for turn in range(60):
            store.put(KEY, entry(seed * 1000 + turn, width=2000))
            back = store.get(KEY)
            if back is None or len(set(back.arrays["scene"].tolist())) != 1:
                wrong.append(back)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_oldest_beyond_the_limit_are_deleted_once_an_hour(tmp_path: Path) -> None:
    keys = [key_of("text", n) for n in range(10)]
    store = FeatureStore(tmp_path)
    assert store.limit == LIMIT
    store.set_limit(8_000)
    for age, key in enumerate(keys):
        store.put(key, entry())
        os.utime(tmp_path / key[:2] / key[2:], (time.time() - 1000 * (10 - age),) * 2)
    FeatureStore(tmp_path).put(keys[0], entry())
    assert all(store.get(key) is not None for key in keys)  # looked after a moment ago
    os.utime(tmp_path / "tidied", (0, 0))
    new = key_of("text", "new")
    FeatureStore(tmp_path).put(new, entry())
    kept = [store.get(key) is not None for key in (*keys[1:], keys[0], new)]
    assert kept == sorted(kept)
    assert 0 < sum(kept) < 10
    store.set_limit(4_000)
    assert 0 < store.size() <= 4_000
    assert FeatureStore(tmp_path).limit == 4_000


def test_what_a_crash_left_half_written_goes(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    store.put(KEY, entry())
    fresh, old = tmp_path / KEY[:2] / "fresh.part", tmp_path / KEY[:2] / "old.part"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(tmp_path / "tidied", (0, 0))
    FeatureStore(tmp_path).tidy()
    assert (fresh.exists(), old.exists()) == (True, False)
    assert store.get(KEY) is not None
