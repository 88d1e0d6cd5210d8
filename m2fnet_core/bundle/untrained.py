"""The bundle of random weights that stands in while no trained one is there: always the same, small (torch)."""

import torch
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.processors import RobertaProcessing

from m2fnet_core.bundle.info import BundleInfo, TextConfig
from m2fnet_core.bundle.networks import Bundle, placed
from m2fnet_core.nets.configs import FusionConfig
from m2fnet_core.nets.encoder import Encoder, family_config
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.fusion import FusionNet
from m2fnet_core.nets.text_encoder import TextEncoder

_SEED = 2022
_WIDTH = 256
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_ENCODER = {
    "model_type": "roberta",
    "architectures": ["RobertaModel"],
    "hidden_size": _WIDTH,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 4 * _WIDTH,
    "hidden_act": "gelu",
    "max_position_embeddings": 258,
    "type_vocab_size": 1,
    "vocab_size": 256 + len(_SPECIAL),
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "layer_norm_eps": 1e-5,
}
INFO = BundleInfo(
    name="untrained",
    kind="untrained",
    text=TextConfig(max_tokens=256),
    fusion=FusionConfig(text=_WIDTH),
    card="Random weights from a fixed seed. They show how the program works; what they predict means nothing.",
)


def untrained_bundle() -> Bundle:
    """Random networks in the paper's form around a small text encoder, on the CPU. The global random state is kept."""
    shape = family_config(_ENCODER)
    assert shape is not None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        bundle = Bundle(
            info=INFO,
            text=TextEncoder(Encoder(shape), byte_tokenizer(), _ENCODER),
            audio=Extractor(INFO.extractor),
            visual=Extractor(INFO.extractor),
            fusion=FusionNet(INFO.fusion),
        )
    return placed(bundle, torch.device("cpu"))


def byte_tokenizer() -> Tokenizer:
    """One token per byte, and RoBERTa's special tokens around them."""
    words = [*_SPECIAL, *sorted(ByteLevel.alphabet())]
    tokenizer = Tokenizer(BPE(vocab={word: i for i, word in enumerate(words)}, merges=[], unk_token="<unk>"))
    tokenizer.add_special_tokens(list(_SPECIAL))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), False, False)
    return tokenizer
