"""The limit of what analyses keep, as a person sees and sets it."""

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from app.views.frame.storage import Storage
from m2fnet_core.features.store import Entry, FeatureStore, key_of


def test_the_size_is_shown_and_a_lower_limit_holds_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    store, parent = FeatureStore(tmp_path), QWidget()
    qtbot.addWidget(parent)
    for number in range(2):
        store.put(key_of("text", number), Entry({"vector": np.zeros(15_000_000, np.float32)}))
    dialog = Storage(parent, store)
    dialog.open()
    qtbot.waitUntil(lambda: "0.1 GB" in dialog.used.text())
    assert dialog.limit.value() == 4.0
    dialog.limit.setValue(0.1)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert FeatureStore(tmp_path).limit == 100_000_000
    assert 0 < store.size() < 100_000_000
