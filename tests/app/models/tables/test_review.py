"""The review queue: what comes next, what is passed over, what comes back."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.base.settings import REVIEW, Settings
from app.models.studio import Studio
from m2fnet_core.document.commands import Clear
from m2fnet_core.document.review import Order
from tests.app.conversation import prediction
from tests.app.desk import MEDIUM, MODEL, studio_with, turns


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """u0 to u4, each 70 % sure but u3, which is 30 % sure."""
    made = studio_with()
    shares = {turn: 0.3 if turn.id == "u3" else 0.7 for turn in turns(5)}
    found = [(turn, prediction(turn.id, "joy", share)) for turn, share in shares.items()]
    made.project.add_predictions(MEDIUM, MODEL, found)
    made.mirror.reload()
    yield made
    made.close()


def test_what_is_passed_over_comes_again_when_all_were(studio: Studio) -> None:
    studio.review.set_order(Order.TIME)
    assert [studio.review.next() for _ in range(6)] == ["u0", "u1", "u2", "u3", "u4", "u0"]
    for turn in ("u0", "u1", "u2", "u3"):
        studio.annotating.label("joy", turn)
    assert [studio.review.next(), studio.review.next()] == ["u4", "u4"]
    studio.annotating.label("joy", "u4")
    assert studio.review.next() == ""
    assert studio.review.left == 0


@pytest.mark.parametrize("order", [Order.ENTROPY, Order.MARGIN])
def test_the_least_sure_comes_first_and_that_is_remembered(studio: Studio, order: Order) -> None:
    studio.review.set_order(order)
    assert studio.review.next() == "u3"
    studio.settings.sync()
    assert Settings().get(REVIEW) == order.value


def test_a_decision_that_is_taken_back_waits_again(studio: Studio) -> None:
    studio.review.set_order(Order.ENTROPY)
    studio.annotating.label("fear", "u3")
    assert studio.review.left == 4
    assert studio.review.next() == "u0"
    studio.project.do(Clear(("u3",), studio.project.annotator))
    assert studio.review.left == 5
    assert studio.review.next() == "u3"


def test_blind_the_order_gives_no_prediction_away(studio: Studio) -> None:
    studio.review.set_order(Order.ENTROPY)
    studio.project.set_blind(True)
    assert studio.review.order is Order.TIME
    assert studio.review.next() == "u0"
