"""What a bundle says about itself to people: its README.md, else what its config.json tells. No torch."""

from pathlib import Path

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.folders import resource
from m2fnet_core.bundle.info import BundleInfo, read_info
from m2fnet_core.nets.onnx_file import OnnxEncoder

STARTER = resource("models", "starter")
_CARD = "README.md"
_NONE = "# No model yet\n\nThe weights are random until a model is chosen: the predictions mean nothing."


def model_card(folder: Path | None) -> str:
    """The card as Markdown; ``folder`` None: of the model that ships. Raises CheckpointError for what is no bundle."""
    place = STARTER if folder is None else folder
    if folder is None and not place.is_dir():
        return _NONE
    info = read_info(place)
    try:
        return (place / _CARD).read_text(encoding="utf-8")
    except FileNotFoundError:
        return _from_info(info)
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{place / _CARD} cannot be read ({error}); save it as text in UTF-8.") from error


def _from_info(info: BundleInfo) -> str:
    paragraphs = [f"# {info.name}", info.card, f"**Labels:** {', '.join(info.label_set.labels)}"]
    if info.training_data:
        paragraphs.append("**Trained on:** " + "; ".join(info.training_data))
    if info.licence:
        paragraphs.append(f"**Licence:** {info.licence}")
    if info.onnx:
        paragraphs.append("**Encoders made elsewhere:** " + "; ".join(_encoder(*each) for each in info.onnx.items()))
    if info.metrics:
        rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in info.metrics.items())
        paragraphs.append(f"| figure | value |\n|---|---|\n{rows}")
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _encoder(name: str, encoder: OnnxEncoder) -> str:
    return f"{name}: an ONNX file, {encoder.takes} to {encoder.gives} numbers, licence: {encoder.licence or 'not told'}"
