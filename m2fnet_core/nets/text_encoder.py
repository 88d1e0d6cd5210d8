"""A Hugging Face encoder with its tokenizer, from a folder or an id, and back to a folder (torch).

Only safetensors weights are opened and no code that comes with a model is ever run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.nets.configs import DEEPEST
from m2fnet_core.nets.encoder import Encoder, family_config
from m2fnet_core.nets.weights import filled, read_weights, write_weights

WEIGHTS = "model.safetensors"
_OUTSIDE = ("pooler.", "lm_head.", "cls.", "classifier.", "dropout.")  # parts of published weights that are no encoder
_WANTED = ["*.json", "*.safetensors", "*.txt", "*.model"]


@dataclass(frozen=True, slots=True)
class Frame:
    """The tokenizer's own special tokens around and between two texts. RoBERTa: <s>, </s></s>, </s>."""

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]


class TextEncoder(nn.Module):
    """``network(ids, real)`` and what turns text into its ids. ``config`` is the folder's config.json."""

    def __init__(self, network: nn.Module, tokenizer: Tokenizer, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.network = network
        self.tokenizer = tokenizer
        tokenizer.encode_special_tokens = True  # "</s>" in a transcript is text, not a separator
        self.config = dict(config)
        self.frame = _frame(tokenizer)
        self.padding = int(config.get("pad_token_id") or 0)

    @property
    def width(self) -> int:
        """Numbers per token, D_T."""
        return int(self.config.get("hidden_size") or self.config["dim"])

    @property
    def longest(self) -> int | None:
        """Most tokens of an input; None: the architecture sets no limit."""
        if isinstance(self.network, Encoder):
            return self.network.config.longest
        limit = self.config.get("max_position_embeddings")
        return (
            None if limit is None or limit < 0 else int(limit) - 2
        )  # some architectures count from behind the padding

    def forward(self, ids: Tensor, real: Tensor) -> Tensor:
        """Ids int64 [B, T], ``real`` bool [B, T] -> last layer's activations [B, T, width]."""
        return self.network(ids, real)  # type: ignore[no-any-return]


_LARGEST = 5_000_000  # no number of a text encoder's configuration is larger


class AnyEncoder(nn.Module):
    """An architecture that transformers knows and `nets.encoder` does not."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, real: Tensor) -> Tensor:
        return self.model(input_ids=ids, attention_mask=real.long()).last_hidden_state  # type: ignore[no-any-return]


def load_text_encoder(source: str | Path) -> TextEncoder:
    """An encoder from a folder, or by its Hugging Face id (fetched once, then used offline).

    Raises CheckpointError when it is neither, incomplete, not in safetensors form, or no encoder.
    """
    folder = Path(source) if Path(source).is_dir() else _fetched(str(source))
    config = _config(folder)
    tokenizer = _tokenizer(folder)
    try:
        shape = family_config(config)
    except ValueError as error:
        raise CheckpointError(
            f"{folder / 'config.json'} does not describe a text encoder: {error}; copy the encoder again."
        ) from error
    if shape is None or not (folder / WEIGHTS).is_file():
        return TextEncoder(_foreign(folder), tokenizer, config)
    weights = _encoder_part(read_weights(folder / WEIGHTS))
    return TextEncoder(filled(lambda: Encoder(shape), weights, folder / WEIGHTS), tokenizer, config)


def save_text_encoder(encoder: TextEncoder, folder: Path, *, small: bool = False) -> None:
    """Write a folder that `load_text_encoder` loads, and transformers does unless it is ``small``.

    ``small``: the table of words as int8, the rest as float16; the others as int8 would move
    probabilities by up to 0.05. The weights of an architecture that only transformers knows stay float16.

    The folder must exist. Raises OSError.
    """
    (folder / "config.json").write_text(json.dumps(encoder.config, indent=2), encoding="utf-8")
    encoder.tokenizer.save(str(folder / "tokenizer.json"))
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": encoder.longest or 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(names, indent=2), encoding="utf-8")
    if isinstance(encoder.network, AnyEncoder):
        write_weights(encoder.network.model, folder / WEIGHTS, "float16" if small else "full")
    else:
        write_weights(encoder.network, folder / WEIGHTS, "int8-words" if small else "full")


def _fetched(name: str) -> Path:
    from huggingface_hub import snapshot_download  # here: half a second that bundles do not need

    try:
        return Path(snapshot_download(name, allow_patterns=_WANTED))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"There is no folder {name!r}, and no text encoder of that name is on this machine or could be fetched; "
            "check the name, connect to the internet once, or give the folder of an encoder."
        ) from error


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder} is no text encoder: its config.json cannot be read; choose the folder of a Hugging Face encoder."
        ) from error
    if not isinstance(config, dict) or "model_type" not in config:
        raise CheckpointError(
            f"{folder} is no text encoder: its config.json names no model_type; choose another folder."
        )
    return config


def _tokenizer(folder: Path) -> Tokenizer:
    if (folder / "tokenizer.json").is_file():
        try:
            tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises no narrower one
            raise CheckpointError(f"{folder / 'tokenizer.json'} is damaged ({error}); copy it again.") from error
    else:
        tokenizer = _converted(folder)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _converted(folder: Path) -> Tokenizer:
    from transformers import AutoTokenizer  # seconds to import, needed for old folders only

    try:
        tokenizer: Tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False).backend_tokenizer
    except (OSError, ValueError, AttributeError, ImportError) as error:
        raise CheckpointError(
            f"{folder} holds no tokenizer that can be read; save it with a tokenizer.json and try again."
        ) from error
    return tokenizer


def _foreign(folder: Path) -> AnyEncoder:
    from transformers import AutoModel  # 8 s to import

    _refuse_other_weights(folder)
    _refuse_other_models(folder)
    try:
        model, found = AutoModel.from_pretrained(
            folder, use_safetensors=True, trust_remote_code=False, dtype=torch.float32, output_loading_info=True
        )
    except _unloadable() as error:
        raise CheckpointError(
            f"{folder} cannot be loaded as a text encoder ({_first_line(error)}); "
            "only encoders with weights in safetensors form are opened."
        ) from error
    lost = sorted(found["missing_keys"]) + sorted(str(each[0]) for each in found["mismatched_keys"])
    lost += sorted(filter(_of_the_body, found["unexpected_keys"]))
    if lost:  # transformers would go on with random numbers in their place, or without what was learnt
        raise CheckpointError(
            f"The weights of {folder} are not those of its config.json: {lost[0]} is missing, left over or of "
            "another shape; "
            "copy the encoder again."
        )
    broken = next((name for name, tensor in model.state_dict().items() if not bool(torch.isfinite(tensor).all())), None)
    if broken is not None:
        raise CheckpointError(f"{folder} is damaged ({broken} holds what is no number); copy the encoder again.")
    return AnyEncoder(model)


def _unloadable() -> tuple[type[Exception], ...]:
    """What transformers, and its checks of configurations, raise for files that do not fit."""
    from huggingface_hub.errors import StrictDataclassError  # here: a tenth of a second

    wrong = (ValueError, RuntimeError, LookupError, TypeError, AttributeError, ArithmeticError, StrictDataclassError)
    return (OSError, ImportError, *wrong)


def _refuse_other_models(folder: Path) -> None:
    """Raise CheckpointError for what is no encoder of texts, or larger than any, before room is made for it."""
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    except _unloadable() as error:
        raise CheckpointError(
            f"{folder / 'config.json'} does not describe a text encoder ({_first_line(error)}); choose another folder."
        ) from error
    numbers = {name: abs(v) for name, v in config.to_dict().items() if isinstance(v, int | float)}
    largest = max(numbers.values(), default=0)
    deepest = max((v for name, v in numbers.items() if name.endswith(("layer", "layers"))), default=0)
    if config.is_encoder_decoder or config.sub_configs or not (largest < _LARGEST and deepest <= DEEPEST):
        raise CheckpointError(
            f"{folder / 'config.json'} describes no encoder of texts that this program can use; choose another folder."
        )


def _of_the_body(name: str) -> bool:
    """Whether a weight is of the encoder itself: heads, and buffers that old files hold, may be left over."""
    return name.endswith((".weight", ".bias")) and ("embeddings." in name or "encoder.layer." in name)


def _refuse_other_weights(folder: Path) -> None:
    """Raise CheckpointError unless every file with weights is a safetensors file of the folder itself."""
    index = folder / f"{WEIGHTS}.index.json"
    if not index.is_file():
        return
    try:
        shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        outside = sorted(s for s in shards if Path(s).name != s or not s.endswith(".safetensors"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{index} is damaged ({_first_line(error)}); copy the encoder again.") from error
    if outside:
        raise CheckpointError(
            f"{index} names {outside[0]!r}, which is no safetensors file of this folder; only such files are opened."
        )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _encoder_part(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights under the encoder's own names, without the heads they were published with."""
    part = {}
    for name, tensor in weights.items():
        bare = name.split(".", 1)[1] if name.startswith(("bert.", "roberta.")) else name
        if not bare.startswith(_OUTSIDE) and not bare.endswith("position_ids"):
            part[bare.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")] = (
                tensor
            )
    return part


def _frame(tokenizer: Tokenizer) -> Frame:
    """What the tokenizer itself puts around a pair. Raises CheckpointError when it has no separator."""
    pair = tokenizer.encode("a", "b")
    first = [i for i, part in enumerate(pair.sequence_ids) if part == 0]
    second = [i for i, part in enumerate(pair.sequence_ids) if part == 1]
    between = tuple(pair.ids[first[-1] + 1 : second[0]]) if first and second else ()
    if not between:
        raise CheckpointError(
            "The text encoder's tokenizer has no separator; choose an encoder of BERT's or RoBERTa's kind."
        )
    return Frame(tuple(pair.ids[: first[0]]), between, tuple(pair.ids[second[-1] + 1 :]))
