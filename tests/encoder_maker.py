"""Small text encoders in Hugging Face form, written by transformers itself."""

from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LINES = [
    "JOEY: How you doin'?",
    "RACHEL: I am fine, thank you. And you?",
    "CHANDLER: Could this be any more awkward?",
    "ROSS: We were on a break!",
    "Müller said: it's 12 o'clock already, isn't it?",
]
KINDS = ("bert", "roberta", "distilbert")


def bert_tokenizer() -> Tokenizer:
    """Word pieces of `LINES`, lower case, with [CLS] and [SEP]."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def roberta_tokenizer() -> Tokenizer:
    """Byte pairs of `LINES`, with <s> and </s></s>."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(LINES, trainer)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), False, False)
    return tokenizer


def write_encoder(folder: Path, kind: str, headed: bool = False) -> Path:
    """A random encoder of that kind, 32 wide, 2 layers; ``headed`` adds the head it would be pretrained with."""
    from transformers import AutoConfig, AutoModel, AutoModelForMaskedLM

    tokenizer = roberta_tokenizer() if kind == "roberta" else bert_tokenizer()
    shape = {"vocab_size": tokenizer.get_vocab_size(), "max_position_embeddings": 66}
    if kind == "distilbert":
        shape |= {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}
    else:
        shape |= {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    padding = tokenizer.token_to_id("<pad>" if kind == "roberta" else "[PAD]")
    config = AutoConfig.for_model(kind, pad_token_id=padding, **shape)
    model = (AutoModelForMaskedLM if headed else AutoModel).from_config(config)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
