"""Every failure a user can meet, as one sentence that names the file, the reason and the way out.

Code below the window raises these; window, command line and worker show ``str(error)`` and go on.
"""


class M2FNetError(Exception):
    """Root of all failures that are shown to a person. Its text is one clear sentence."""


class MediaError(M2FNetError):
    """A video or sound file cannot be read, or lacks what was asked of it."""


class TranscriptError(M2FNetError):
    """A transcript cannot be read, or holds no usable utterance."""


class CheckpointError(M2FNetError):
    """A bundle or an encoder folder is missing, incomplete, of another version or of a wrong shape."""


class DeviceError(M2FNetError):
    """The device asked for is not on this machine."""


class CacheError(M2FNetError):
    """The cache folder cannot be written (disk full, no permission)."""


class DocumentError(M2FNetError):
    """An annotation document cannot be opened, written, imported or exported."""


class TrainingError(M2FNetError):
    """A training run cannot start or go on."""


class Cancelled(Exception):  # noqa: N818 - the field's word; not a failure, so not an M2FNetError
    """The person (or the program that asked) cancelled the work."""
