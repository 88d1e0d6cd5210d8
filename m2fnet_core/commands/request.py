"""What the options of `m2fnet-analyze` ask of an analysis, for one video and for many alike. No torch."""

import argparse
from pathlib import Path

from m2fnet_core.base.requests import Analyze


def request_for(arguments: argparse.Namespace, media: Path) -> Analyze:
    """The request for one video. An option that decides what comes out is a field of it, and so of a run's settings."""
    model = None if arguments.model is None else arguments.model.absolute()
    return Analyze(
        media,
        arguments.transcript,
        model,
        arguments.device,
        use_cache=not arguments.no_cache,
        recogniser=arguments.transcribe,
        speakers=arguments.speakers,
        prior=arguments.prior,
        speaking=arguments.faces is not None,
    )
