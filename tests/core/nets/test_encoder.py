"""Our BERT and RoBERTa say what transformers' say, and every other encoder is transformers' own."""

import json
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.nets.encoder import Encoder
from m2fnet_core.nets.text_encoder import Frame, TextEncoder, load_text_encoder, save_text_encoder
from tests.encoder_maker import KINDS, LINES, write_encoder


def theirs(folder: Path, ids: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    from transformers import AutoModel

    with torch.inference_mode():
        model = AutoModel.from_pretrained(folder, use_safetensors=True).eval()
        return model(input_ids=ids, attention_mask=real.long()).last_hidden_state


def batch(encoder: TextEncoder) -> tuple[torch.Tensor, torch.Tensor]:
    rows = [row.ids for row in encoder.tokenizer.encode_batch(LINES)]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [encoder.padding] * (longest - len(row)) for row in rows])
    lengths = torch.tensor([len(row) for row in rows])
    return ids, torch.arange(longest) < lengths[:, None]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("headed", [False, True])
def test_it_gives_what_transformers_gives(tmp_path: Path, kind: str, headed: bool) -> None:
    encoder = load_text_encoder(write_encoder(tmp_path, kind, headed)).eval()
    assert isinstance(encoder.network, Encoder) == (kind != "distilbert")
    assert encoder.width == 32
    ids, real = batch(encoder)
    with torch.inference_mode():
        ours = encoder(ids, real)
    torch.testing.assert_close(ours[real], theirs(tmp_path, ids, real)[real], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_saves_it_loads_and_so_does_transformers(tmp_path: Path, kind: str) -> None:
    from transformers import AutoTokenizer

    (tmp_path / "there").mkdir()
    encoder = load_text_encoder(write_encoder(tmp_path / "here", kind)).eval()
    save_text_encoder(encoder, tmp_path / "there")
    again = load_text_encoder(tmp_path / "there").eval()
    ids, real = batch(encoder)
    with torch.inference_mode():
        torch.testing.assert_close(again(ids, real), encoder(ids, real), atol=0, rtol=0)
        torch.testing.assert_close(theirs(tmp_path / "there", ids, real)[real], encoder(ids, real)[real])
    tokens = AutoTokenizer.from_pretrained(tmp_path / "there")
    assert tokens(LINES[0])["input_ids"] == encoder.tokenizer.encode(LINES[0]).ids


def test_small_weights_load_as_single_and_only_words_are_in_8_bits(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    encoder = load_text_encoder(write_encoder(tmp_path / "full", "bert"))
    save_text_encoder(encoder, tmp_path / "small", small=True)
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("small", "full")]
    assert sizes[0] < 0.6 * sizes[1]
    small = load_text_encoder(tmp_path / "small")
    for (name, ours), stored in zip(encoder.named_parameters(), small.parameters(), strict=True):
        assert stored.dtype == torch.float32
        steps = 2 * 127 if "word_embeddings" in name else 1000
        torch.testing.assert_close(stored, ours, atol=1.01 * float(ours.detach().abs().max()) / steps, rtol=1e-3)


def test_separators_are_the_tokenizers_own(tmp_path: Path) -> None:
    assert load_text_encoder(write_encoder(tmp_path / "r", "roberta")).frame == Frame((0,), (2, 2), (2,))
    assert load_text_encoder(write_encoder(tmp_path / "b", "bert")).frame == Frame((2,), (3,), (3,))


def test_a_special_token_in_a_transcript_is_text(tmp_path: Path) -> None:
    encoder = load_text_encoder(write_encoder(tmp_path, "roberta"))
    assert 2 not in encoder.tokenizer.encode("he said </s> aloud", add_special_tokens=False).ids


def test_old_names_of_normalisation_weights_load(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    write_encoder(tmp_path, "bert")
    before = load_text_encoder(tmp_path).state_dict()
    weights = load_file(tmp_path / "model.safetensors")
    old = {f"bert.{k.replace('LayerNorm.weight', 'LayerNorm.gamma')}": v.clone() for k, v in weights.items()}
    save_file(
        {k.replace("LayerNorm.bias", "LayerNorm.beta"): v for k, v in old.items()}, tmp_path / "model.safetensors"
    )
    after = load_text_encoder(tmp_path).state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[k], after[k]) for k in before)


def spoil_config(folder: Path) -> None:
    (folder / "config.json").write_text("{", encoding="utf-8")


def other_json(folder: Path) -> None:
    (folder / "config.json").write_text('{"a": 1}', encoding="utf-8")


def wider(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"intermediate_size": 65}), encoding="utf-8")


def spoil_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text('{"model": 3}', encoding="utf-8")


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_config, "config.json"),
        (other_json, "model_type"),
        (wider, "65"),
        (spoil_tokenizer, "tokenizer.json"),
        (pickled, "safetensors"),
        (cut, "damaged"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused_in_a_sentence(tmp_path: Path, spoil, words: str) -> None:  # noqa: ANN001
    spoil(write_encoder(tmp_path, "bert"))
    with pytest.raises(CheckpointError, match=words) as caught:
        load_text_encoder(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_id_offline_names_the_way_out() -> None:
    with pytest.raises(CheckpointError, match="connect to the internet once"):
        load_text_encoder("nobody/no-such-encoder")
    with pytest.raises(CheckpointError, match="no text encoder of that name"):
        load_text_encoder("no such folder/at all/here")


@pytest.mark.parametrize("other", ["distilbert", "gpt2", "bert-generation"])
def test_weights_of_another_architecture_are_refused_not_made_up(tmp_path: Path, other: str) -> None:
    write_encoder(tmp_path, "bert")
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": other}), "utf-8")
    with pytest.raises(CheckpointError, match=r"copy the encoder again|cannot be loaded as a text encoder"):
        load_text_encoder(tmp_path)


@pytest.mark.parametrize("shard", ["../outside.safetensors", "weights.bin"])
def test_an_index_opens_nothing_but_the_folders_own_safetensors(tmp_path: Path, shard: str) -> None:
    write_encoder(tmp_path, "distilbert")
    weights = tmp_path / "model.safetensors"
    weights.rename(tmp_path / shard)
    index = {"metadata": {}, "weight_map": {"embeddings.word_embeddings.weight": shard}}
    weights.with_name("model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    with pytest.raises(CheckpointError, match="only such files are opened"):
        load_text_encoder(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_that_are_no_numbers_are_refused(tmp_path: Path, kind: str) -> None:
    write_encoder(tmp_path, kind)
    path = tmp_path / "model.safetensors"
    tensors = load_file(path)
    next(iter(tensors.values())).view(-1)[0] = float("nan")
    save_file(tensors, path, {"format": "pt"})
    with pytest.raises(CheckpointError, match="no number"):
        load_text_encoder(tmp_path)


def test_whole_numbers_in_place_of_weights_are_refused(tmp_path: Path) -> None:
    write_encoder(tmp_path, "bert")
    path = tmp_path / "model.safetensors"
    tensors = load_file(path)
    first = next(iter(tensors))
    save_file({**tensors, first: tensors[first].to(torch.uint8)}, path, {"format": "pt"})
    with pytest.raises(CheckpointError, match="which no network here has"):
        load_text_encoder(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"num_hidden_layers": 10**9},
        {"num_attention_heads": "x"},
        {"hidden_size": -1},
        {"hidden_size": {}},
        {"vocab_size": None},
        {"pad_token_id": []},
        {"type_vocab_size": 1e300},
        {"num_attention_heads": 5},
        {"model_type": {}},
        {"model_type": "t5"},
        {"model_type": "clip"},
        {"model_type": "distilbert", "n_layers": 10**9},
        {"model_type": "distilbert", "n_layers": 10**6},
        {"model_type": "gpt2", "n_layer": 10**6},
    ],
)
def test_a_configuration_that_describes_no_encoder_is_one_sentence(tmp_path: Path, change: dict[str, object]) -> None:
    write_encoder(tmp_path, "roberta")
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**config, **change}), "utf-8")
    with pytest.raises(CheckpointError, match=re.escape(str(tmp_path))):
        load_text_encoder(tmp_path)


def test_a_configuration_that_lacks_a_key_names_it(tmp_path: Path) -> None:
    write_encoder(tmp_path, "bert")
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    del config["vocab_size"]
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(CheckpointError, match="vocab_size"):
        load_text_encoder(tmp_path)
