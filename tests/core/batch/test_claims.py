"""Who works at which video, between processes and machines."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from m2fnet_core.batch.claims import Claims, Owner, this_process

MEDIA = "/videos/talk.mp4"


def leave(folder: Path, owner: Owner, age: float = 0.0) -> Path:
    """A claim that its owner never took back."""
    with Claims(folder).held(MEDIA):
        place = next(folder.glob("*.claim"))
    place.write_text(json.dumps(asdict(owner)), "utf-8")
    then = place.stat().st_mtime - age
    os.utime(place, (then, then))
    return place


def test_one_at_a_time_works_at_a_video(tmp_path: Path) -> None:
    with Claims(tmp_path).held(MEDIA) as (_, mine):
        assert mine
        with Claims(tmp_path).held(MEDIA) as (owner, also_mine):
            assert not also_mine
            assert owner == this_process()
        with Claims(tmp_path).held("/videos/other.mp4") as (_, another):
            assert another
        assert Claims(tmp_path).living() == [this_process()]
    assert list(tmp_path.iterdir()) == []


def test_the_claim_of_a_process_that_ended_is_taken_over_and_counted(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    leave(tmp_path, Owner(this_process().host, gone.pid, "12345", os.getppid(), 2))
    assert Claims(tmp_path).living() == []
    with Claims(tmp_path).held(MEDIA) as (owner, mine):
        assert (mine, owner.attempts) == (True, 3)
    leave(tmp_path, Owner(this_process().host, gone.pid, "12345", gone.pid, 2))  # its boss ended with it: no crash
    with Claims(tmp_path).held(MEDIA) as (owner, mine):
        assert (mine, owner.attempts) == (True, 1)
    leave(tmp_path, Owner(this_process().host, os.getpid(), "12345"))  # a later process of the same number
    with Claims(tmp_path).held(MEDIA) as (_, mine):
        assert mine


def test_another_machine_is_believed_to_live_while_its_claim_is_young(tmp_path: Path) -> None:
    far = Owner("far-away", 1)
    leave(tmp_path, far, age=60)
    with Claims(tmp_path).held(MEDIA) as (owner, mine):
        assert (owner, mine) == (far, False)
    leave(tmp_path, far, age=600)
    with Claims(tmp_path).held(MEDIA) as (owner, mine):
        assert (owner, mine) == (this_process(), True)


def test_a_living_owner_keeps_its_claim_young(tmp_path: Path) -> None:
    with Claims(tmp_path, beat=0.01).held(MEDIA):
        place = next(tmp_path.glob("*.claim"))
        os.utime(place, (0, 0))
        while place.stat().st_mtime < 1:
            pass
