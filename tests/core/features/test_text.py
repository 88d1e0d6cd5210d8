"""EmoBERTa's input, from the tokenizer's own special tokens, and the vectors of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import Cancelled
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import Pooling, TextConfig
from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.features.text import TextVectors
from m2fnet_core.features.text_inputs import TextInput, spoken, text_inputs
from m2fnet_core.nets.text_encoder import TextEncoder, load_text_encoder
from tests.encoder_maker import write_encoder

CONFIG = TextConfig(max_tokens=64)


@pytest.fixture(scope="module")
def roberta(tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    return load_text_encoder(write_encoder(tmp_path_factory.mktemp("roberta"), "roberta")).eval()


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    return load_text_encoder(write_encoder(tmp_path_factory.mktemp("bert"), "bert")).eval()


def dialogue(*lines: str | None) -> list[Utterance]:
    """Turns of Joey and Rachel."""
    names = ("Joey", "Rachel")
    return [Utterance(str(i), i, i + 1, names[i % 2], line) for i, line in enumerate(lines)]


def shown(encoder: TextEncoder, config: TextConfig, turns: Sequence[Utterance]) -> list[str | None]:
    inputs = text_inputs(encoder, config, turns)
    return [
        None if found is None else encoder.tokenizer.decode(list(found.tokens), skip_special_tokens=False)
        for found in inputs
    ]


def test_past_current_future_between_separators(roberta: TextEncoder) -> None:
    assert shown(roberta, CONFIG, dialogue("Hi.", "you doin?", "fine")) == [
        "<s></s></s>JOEY: Hi.</s></s>RACHEL: you doin? JOEY: fine</s>",
        "<s>JOEY: Hi.</s></s>RACHEL: you doin?</s></s>JOEY: fine</s>",
        "<s>JOEY: Hi. RACHEL: you doin?</s></s>JOEY: fine</s></s></s>",
    ]


def test_bert_has_other_separators(bert: TextEncoder) -> None:
    (first, second) = shown(bert, CONFIG, dialogue("fine", "doin"))
    assert first == "[CLS] [SEP] joey : fine [SEP] rachel : doin [SEP]"
    assert second == "[CLS] joey : fine [SEP] rachel : doin [SEP] [SEP]"


def test_the_tokens_are_those_of_the_whole_string(roberta: TextEncoder) -> None:
    turns = dialogue("How you doin'?", "I am fine, thank you.", "Müller said: it's 12 o'clock", "isn't it?")
    a, b, c, d = (spoken(turn) for turn in turns)
    plain = load_like(roberta)
    expected = plain.encode(f"{a}</s></s>{b}</s></s>{c} {d}").ids
    found = text_inputs(roberta, TextConfig(), turns)[1]
    assert found is not None
    assert list(found.tokens) == expected


def load_like(encoder: TextEncoder):  # noqa: ANN201 - tokenizers.Tokenizer
    """The same tokenizer, reading special tokens in a string as such."""
    from tokenizers import Tokenizer

    return Tokenizer.from_str(encoder.tokenizer.to_str())


def test_an_utterance_without_text_has_no_input_and_is_no_context(roberta: TextEncoder) -> None:
    first, silent, blank, last = shown(roberta, CONFIG, dialogue("Hi.", None, "  ", "fine"))
    assert silent is None
    assert blank is None
    assert first == "<s></s></s>JOEY: Hi.</s></s>RACHEL: fine</s>"
    assert last == "<s>JOEY: Hi.</s></s>RACHEL: fine</s></s></s>"


def test_curved_quotation_marks_are_straight_ones_to_the_encoder(roberta: TextEncoder) -> None:
    curved, straight = dialogue("\u2018isn\u2019t\u2019 \u201cfine\u201d"), dialogue("'isn't' \"fine\"")
    assert text_inputs(roberta, CONFIG, curved) == text_inputs(roberta, CONFIG, straight)


def test_a_text_of_nothing_that_the_encoder_knows_is_no_text(bert: TextEncoder) -> None:
    turns = [Utterance("a", 0, 1, "", "\u200b"), Utterance("b", 1, 2, "", "fine")]
    for config in (CONFIG, TextConfig(pooling="utterance", shared=True, past=1, future=1)):
        nothing, fine = text_inputs(bert, config, turns)
        assert nothing is None
        assert fine is not None


def test_without_a_speaker_there_is_only_text(roberta: TextEncoder) -> None:
    assert shown(roberta, CONFIG, [Utterance("a", 0, 1, "", "Hi.")]) == ["<s></s></s>Hi.</s></s></s>"]


def test_context_can_be_limited(roberta: TextEncoder) -> None:
    turns = dialogue("a", "b", "c", "d", "e")
    assert shown(roberta, replace(CONFIG, past=0, future=0), turns)[2] == "<s></s></s>JOEY: c</s></s></s>"
    assert shown(roberta, replace(CONFIG, past=1, future=0), turns)[2] == "<s>RACHEL: b</s></s>JOEY: c</s></s></s>"
    both = shown(roberta, replace(CONFIG, past=2, future=1), turns)[2]
    assert both == "<s>JOEY: a RACHEL: b</s></s>JOEY: c</s></s>RACHEL: d</s>"


def test_context_grows_alternately_from_the_nearest_past(roberta: TextEncoder) -> None:
    turns = dialogue(*"abcdefghi")
    sides = []
    for budget in range(12, 60):
        text = shown(roberta, TextConfig(max_tokens=budget), turns)[4]
        assert text is not None
        past, _, future = text.removeprefix("<s>").removesuffix("</s>").split("</s></s>")
        step = (past.count(":"), future.count(":"))
        if step not in sides:
            sides.append(step)
    assert sides == [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (4, 3), (4, 4)]


def test_when_one_side_ends_the_other_goes_on(roberta: TextEncoder) -> None:
    last = shown(roberta, CONFIG, dialogue("a", "b", "c", "d"))[3]
    assert last == "<s>JOEY: a RACHEL: b JOEY: c</s></s>RACHEL: d</s></s></s>"


def test_an_utterance_too_long_for_the_encoder_keeps_its_beginning(roberta: TextEncoder) -> None:
    turns = dialogue("short", "very long " * 100, "short")
    given = text_inputs(roberta, TextConfig(max_tokens=10_000), turns)[1]  # the encoder has 64 positions
    assert given is not None
    assert len(given.tokens) == 64
    with torch.inference_mode():
        (vector,) = TextVectors(roberta, CONFIG).compute([given])
    assert vector is not None
    assert np.isfinite(vector).all()


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(st.none() | st.text(max_size=30), max_size=8),
    budget=st.integers(1, 80),
    past=st.none() | st.integers(0, 4),
)
def test_any_dialogue_fits_any_budget(lines: list[str | None], budget: int, past: int | None) -> None:
    encoder = UNTRAINED
    inputs = text_inputs(encoder, TextConfig(max_tokens=budget, past=past), dialogue(*lines))
    assert [found is None for found in inputs] == [line is None or not line.strip() for line in lines]
    for found in inputs:
        if found is not None:
            assert len(found.tokens) <= max(budget, 7)  # six special tokens and at least one of text
            assert found.tokens.count(2) == 5  # what is said never becomes a separator


UNTRAINED = untrained_bundle().text


def test_alone_and_in_a_batch_give_the_same_vector(roberta: TextEncoder) -> None:
    turns = dialogue("Hi.", "I am fine, thank you. And you?", None, "We were on a break!")
    inputs = text_inputs(roberta, replace(CONFIG, past=0, future=0), turns)
    for pooling in ("first", "mean", "utterance"):
        work = TextVectors(roberta, replace(CONFIG, pooling=pooling))
        together = work.compute(inputs)
        assert together[2] is None
        for found, vector in zip(inputs, together, strict=True):
            if found is not None:
                np.testing.assert_allclose(vector, work.compute([found])[0], atol=1e-5)
                assert vector.shape == (32,)
                assert vector.dtype == np.float32


def test_the_vector_is_the_last_layers_first_token(roberta: TextEncoder) -> None:
    (given,) = text_inputs(roberta, CONFIG, dialogue("Hi."))
    assert given is not None
    states = states_of(roberta, given.tokens)
    (first,), (mean,) = (
        TextVectors(roberta, replace(CONFIG, pooling=pooling)).compute([given]) for pooling in ("first", "mean")
    )
    np.testing.assert_allclose(first, states[0], atol=1e-5)
    np.testing.assert_allclose(mean, states.mean(axis=0), atol=1e-5)


@pytest.mark.parametrize("family", ["roberta", "bert"])
def test_an_utterances_own_tokens_can_be_averaged_alone(family: str, request: pytest.FixtureRequest) -> None:
    encoder: TextEncoder = request.getfixturevalue(family)
    inputs = text_inputs(encoder, CONFIG, dialogue("Hi.", "you doin?", "fine"))
    vectors = TextVectors(encoder, replace(CONFIG, pooling="utterance")).compute(inputs)
    for line, found, vector in zip(("joey: hi.", "rachel: you doin?", "joey: fine"), inputs, vectors, strict=True):
        assert found is not None
        own = slice(found.start, found.stop)
        assert encoder.tokenizer.decode(list(found.tokens[own])).lower().replace(" ", "") == line.replace(" ", "")
        np.testing.assert_allclose(vector, states_of(encoder, found.tokens)[own].mean(axis=0), atol=1e-5)


def states_of(encoder: TextEncoder, tokens: Sequence[int]) -> np.ndarray:
    """[T, width] of an input alone."""
    with torch.inference_mode():
        return np.asarray(encoder(torch.tensor([list(tokens)]), torch.ones(1, len(tokens), dtype=torch.bool))[0])


def parts(encoder: TextEncoder, turns: Sequence[Utterance], **limits: int) -> list[tuple[str, str]]:
    """Of each utterance: the input that it shares, and its own part of it."""

    def text(tokens: Sequence[int]) -> str:
        return str(encoder.tokenizer.decode(list(tokens), skip_special_tokens=False)).lower().strip()

    config = TextConfig(pooling="utterance", shared=True, **limits)
    inputs = text_inputs(encoder, config, turns)
    return [(text(i.tokens), text(i.tokens[i.start : i.stop])) for i in inputs if i is not None]


def test_neighbours_share_an_input_with_separators_between_them(roberta: TextEncoder) -> None:
    found = parts(roberta, dialogue("Hi.", None, "you doin?", "fine"), max_tokens=64, past=1, future=1)
    whole = "<s>joey: hi.</s></s>joey: you doin?</s></s>rachel: fine</s>"
    assert found == [(whole, "joey: hi."), (whole, "joey: you doin?"), (whole, "rachel: fine")]


def test_stretches_overlap_by_the_context_that_each_utterance_needs(bert: TextEncoder) -> None:
    turns = [Utterance(letter, 0, 1, "", letter) for letter in "abcdef"]
    found = parts(bert, turns, max_tokens=9, past=2, future=1)  # [CLS], and four times a letter and [SEP]
    assert [own for _, own in found] == list("abcdef")
    read = [text.replace("[cls] ", "").replace(" [sep]", "").replace(" ", "") for text, _ in found]
    assert read == ["abcd", "abcd", "abcd", "bcde", "cdef", "cdef"]


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(st.none() | st.text(max_size=30), max_size=8), budget=st.integers(1, 64), past=st.integers(0, 4))
def test_shared_inputs_fit_any_budget(lines: list[str | None], budget: int, past: int) -> None:
    config = TextConfig(max_tokens=budget, past=past, future=1, pooling="utterance", shared=True)
    for line, found in zip(lines, text_inputs(UNTRAINED, config, dialogue(*lines)), strict=True):
        assert (found is None) == (line is None or not line.strip())
        if found is not None:
            assert len(found.tokens) <= max(budget, 3)
            assert found.tokens[found.start - 1] in (0, 2)
            assert found.tokens[found.stop] == 2
            assert 2 not in found.tokens[found.start : found.stop]


def test_shared_needs_the_pooling_that_tells_utterances_apart() -> None:
    with pytest.raises(ValueError, match="shared needs pooling 'utterance'"):
        TextConfig(shared=True, past=1, future=1)


@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_a_vector_keeps_nothing_but_itself_in_memory(roberta: TextEncoder, pooling: Pooling) -> None:
    config = replace(CONFIG, pooling=pooling)
    inputs = text_inputs(roberta, config, dialogue("Hi.", "Hello there."))
    assert all(vector is not None and vector.base is None for vector in TextVectors(roberta, config).compute(inputs))


def test_it_can_be_cancelled(roberta: TextEncoder) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        TextVectors(roberta, CONFIG).compute([TextInput((0, 5, 2), 1, 2)], cancel)


def test_another_architecture_gives_vectors_too(tmp_path: Path) -> None:
    encoder = load_text_encoder(write_encoder(tmp_path, "distilbert")).eval()
    inputs = text_inputs(encoder, CONFIG, dialogue("Hi.", "fine"))
    vectors = TextVectors(encoder, CONFIG).compute(inputs)
    assert [vector.shape for vector in vectors if vector is not None] == [(32,), (32,)]
