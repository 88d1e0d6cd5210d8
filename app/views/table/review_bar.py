"""The line below the table: by what the review queue is ordered, what is left of it, how many errors probably are."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.base import icons
from app.models.tables.review import ReviewQueue
from app.views.parts.widgets import Steady, row
from m2fnet_core.base.wording import count
from m2fnet_core.document.review import Estimate, Order

_WORDS = {
    Order.ENTROPY: ("Least certain first", "By the entropy of the network's probabilities"),
    Order.MARGIN: ("Closest call first", "By how little the most probable emotion is ahead of the next one"),
    Order.MODALITIES: (
        "Disagreeing modalities",
        "One modality speaks for the prediction while another speaks against it",
    ),
    Order.DIFFERENT: ("You ≠ the network", "Decided ones, by how sure the network is of something else"),
    Order.SHIFT: ("Sudden shifts", "The emotion is another one than in the same speaker's turn before"),
    Order.RARE: ("Rare emotions first", "By how seldom the predicted emotion is predicted here"),
    Order.TIME: ("In order of time", "What is not decided yet, from the start to the end"),
}


class ReviewBar(QWidget):
    """Chooses the order of a queue and says how it stands."""

    next_clicked = Signal()

    def __init__(self, queue: ReviewQueue) -> None:
        super().__init__()
        self._queue = queue
        self.orders = QComboBox()
        self.orders.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.orders.setAccessibleName("Order of the review queue")
        for order, (words, tip) in _WORDS.items():
            self.orders.addItem(words, order)
            self.orders.setItemData(self.orders.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.orders.activated.connect(lambda place: queue.set_order(self.orders.itemData(place)))
        self.left = Steady("nothing left")
        self.errors = Steady()
        self.go = icons.button("next", "Next to review (N); once this video is done, the next video of the project")
        self.go.clicked.connect(self.next_clicked)
        layout = row(self.orders, self.left, self.errors, self.go, margins=(8, 5, 8, 6))
        layout.setSpacing(10)
        self.setLayout(layout)
        queue.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say how the queue stands now."""
        order = self._queue.order
        self.orders.setCurrentIndex(list(_WORDS).index(order))
        self.orders.setToolTip(_WORDS[order][1])
        left, estimate = self._queue.left, self._queue.estimate
        self.left.setText(f"{left} left" if left else "nothing left")
        known = estimate.undecided + estimate.decided > 0 and order is not Order.TIME
        errors = f"about {count(round(estimate.errors), 'error')}" if estimate.errors >= 0.5 else "hardly any error"
        self.errors.setText(errors if known else "")
        self.errors.setToolTip(explained(estimate))


def explained(estimate: Estimate) -> str:
    """Where the figure comes from."""
    return (
        f"Of {estimate.undecided} predictions nobody looked at, about {estimate.errors:.1f} are probably wrong.\n"
        f"You changed {estimate.corrected} of {estimate.decided} so far; what you change counts for predictions about "
        "as sure.\nUntil there is enough of that, the network's own probabilities stand in."
    )
