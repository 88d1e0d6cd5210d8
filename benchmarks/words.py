"""Words: error rate against a transcript that a person wrote, and how long recognising takes.

python -m benchmarks words VIDEO TRANSCRIPT
"""

import re
import resource
import sys
from pathlib import Path
from time import monotonic

import jiwer

from m2fnet_core.base.events import ignore
from m2fnet_core.media.probe import probe
from m2fnet_core.transcript import read_transcript
from m2fnet_core.transcript.recogniser import BASE
from m2fnet_core.transcript.transcribe import transcribe

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "video" / "three_person_conversation.mp4"
ALLOWED = 0.36  # word error rate: of the 77 words, 16 were said before and after the cut that the file is


def main(arguments: list[str]) -> int:
    """Print rate, seconds and memory; 1 when more words are wrong than allowed."""
    video = Path(arguments[0]) if arguments else SHARED
    written = Path(arguments[1]) if len(arguments) > 1 else video.with_suffix(".srt")
    if not video.is_file():
        print(f"{video} is not here; name a video and its transcript")
        return 0
    info = probe(video)
    begin = monotonic()
    found = transcribe(info, BASE, "cpu", ignore)
    seconds = monotonic() - begin
    meant = _plain(" ".join(u.text or "" for u in read_transcript(written, info).utterances))
    rate = jiwer.wer(meant, _plain(" ".join(u.text or "" for u in found.utterances)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"word error rate {rate:.3f} (limit {ALLOWED}), {len(meant.split())} words")
    print(f"{seconds:.1f} s, {seconds / info.duration:.2f} of the video's length, peak {memory:,.0f} MB")
    return int(rate > ALLOWED)


def _plain(text: str) -> str:
    """Lower case, no punctuation, digits without their comma."""
    return " ".join(re.sub(r"[^\w\s']", "", text.lower()).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
