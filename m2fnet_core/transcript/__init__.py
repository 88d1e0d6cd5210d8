"""Transcripts to utterances. What is exported here is free of torch; `speech` and `transcribe` are not."""

from m2fnet_core.transcript.base import Transcript
from m2fnet_core.transcript.registry import find_transcript, read_transcript
from m2fnet_core.transcript.repair import clean
from m2fnet_core.transcript.streams import embedded

__all__ = ["Transcript", "clean", "embedded", "find_transcript", "read_transcript"]
