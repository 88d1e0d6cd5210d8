"""Every command a person can give, in one table: menus, shortcuts, tooltips and the shortcut sheet are made from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class Need(Enum):
    """What must be there for a command to make sense."""

    NOTHING = auto()
    MEDIA = auto()
    SELECTION = auto()
    PROJECT = auto()
    EDIT = auto()  # a medium is shown, and its project can be changed
    MISSING = auto()  # media whose files are not found
    REPLACED = auto()  # the video shown is one whose file is another now
    UNDO = auto()
    REDO = auto()
    RUNNING = auto()
    HALTED = auto()  # an analysis that was stopped or interrupted


@dataclass(frozen=True, slots=True)
class Command:
    """One row. ``group``: rows of a menu with another number are set apart by a line; ``submenu`` gathers rows."""

    key: str
    menu: str
    group: int
    text: str
    tip: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    need: Need = Need.NOTHING
    checkable: bool = False
    submenu: str = ""


LABELS = range(1, 31)  # as many as a scheme may have; the first nine have digits


def _labels() -> Iterator[Command]:
    """A key per label; the window names them after the document's label set."""
    for n in LABELS:
        tip = f"Give the utterance at the playhead, or the selected one, label {n} of the label set"
        keys = (f"{n}",) if n < 10 else ()
        yield Command(f"label-{n}", "A&nnotate", 0, f"Label {n}", tip, keys, "", Need.EDIT, submenu="&Label")
    for n in LABELS:
        tip = f"Add label {n} of the label set as a second label"
        keys = (f"Shift+{n}",) if n < 10 else ()
        yield Command(
            f"second-{n}", "A&nnotate", 0, f"Second label {n}", tip, keys, "", Need.EDIT, submenu="&Second label"
        )
    for n, word in enumerate(("Weak", "Clear", "Strong"), 1):
        tip = f"The emotion is {word.lower()}; again: no word on it"
        yield Command(f"intensity-{n}", "A&nnotate", 0, word, tip, (f"Alt+{n}",), "", Need.EDIT, submenu="&Intensity")


COMMANDS: tuple[Command, ...] = (
    Command(
        "open",
        "&File",
        0,
        "&Open video…",
        "Open a video or sound file in its project, and analyse it",
        ("Ctrl+O",),
        "open",
    ),
    Command(
        "open-project",
        "&File",
        0,
        "Open &project…",
        "Open a project file (m2f) with all its videos",
        ("Ctrl+Shift+O",),
        "project",
    ),
    Command("demo", "&File", 0, "Open the &demo", "Open the conversation that comes with the program", (), "film"),
    Command("add-media", "&File", 1, "&Add videos…", "Put more videos into the open project", (), "add", Need.PROJECT),
    Command(
        "relink",
        "&File",
        1,
        "Find &missing videos…",
        "Look for missing videos in a folder, by their content",
        (),
        "search",
        Need.MISSING,
    ),
    Command(
        "take-file", "&File", 1, "Take the new &file", "Go on with the file in its place", (), "film", Need.REPLACED
    ),
    Command(
        "transcript",
        "&File",
        1,
        "Open &transcript…",
        "Use this transcript for the open video (srt, vtt, csv, EAF or TextGrid)",
        ("Ctrl+T",),
        "transcript",
        Need.MEDIA,
    ),
    Command(
        "save-as",
        "&File",
        2,
        "&Save project as…",
        "Keep the project under a name; every change is saved by itself",
        ("Ctrl+Shift+S",),
        "save",
        Need.PROJECT,
    ),
    Command(
        "import",
        "&File",
        2,
        "&Import annotations…",
        "Read utterances and labels of another tool into the open video",
        ("Ctrl+I",),
        "import",
        Need.EDIT,
    ),
    Command(
        "colleague",
        "&File",
        2,
        "Import a co&lleague's project…",
        "Take another person's decisions on the same videos, to compare them with yours",
        (),
        "person",
        Need.PROJECT,
    ),
    Command(
        "export",
        "&File",
        2,
        "&Export…",
        "Write the annotations of the open video for another tool",
        ("Ctrl+E",),
        "export",
        Need.MEDIA,
    ),
    Command(
        "close",
        "&File",
        3,
        "&Close project",
        "Close the open project; nothing is lost",
        ("Ctrl+W",),
        "close",
        Need.PROJECT,
    ),
    Command("quit", "&File", 3, "&Quit", "End the program", ("Ctrl+Q",), "quit"),
    Command("undo", "&Edit", 0, "&Undo", "Take the last step back", ("Ctrl+Z",), "undo", Need.UNDO),
    Command("redo", "&Edit", 0, "&Redo", "Do again what was taken back", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", Need.REDO),
    Command(
        "labels",
        "Pro&ject",
        0,
        "&Labels…",
        "Add, rename, merge, order and colour the labels that people choose from",
        (),
        "",
        Need.EDIT,
    ),
    *_labels(),
    Command(
        "accept",
        "A&nnotate",
        1,
        "&Accept and go on",
        "Accept the prediction as label and go to the next utterance",
        ("Return", "Enter"),
        "check",
        Need.EDIT,
    ),
    Command(
        "unsure", "A&nnotate", 1, "&Unsure", "Mark the utterance as unsure, or as sure again", ("U",), "help", Need.EDIT
    ),
    Command(
        "skip", "A&nnotate", 1, "S&kip", "The utterance shall not be labelled; again: it shall", ("X",), "", Need.EDIT
    ),
    Command(
        "clear",
        "A&nnotate",
        1,
        "&Clear the decision",
        "Take your own decision on the utterance back",
        ("Backspace",),
        "",
        Need.EDIT,
    ),
    Command(
        "set-start",
        "A&nnotate",
        2,
        "S&tart here",
        "The selected utterance starts at the playhead",
        ("[",),
        "",
        Need.EDIT,
    ),
    Command(
        "set-end", "A&nnotate", 2, "&End here", "The selected utterance ends at the playhead", ("]",), "", Need.EDIT
    ),
    Command(
        "split", "A&nnotate", 2, "S&plit here", "Cut the utterance in two at the playhead", ("S",), "split", Need.EDIT
    ),
    Command(
        "merge", "A&nnotate", 2, "&Merge with next", "Join the utterance with the next one", ("M",), "merge", Need.EDIT
    ),
    Command(
        "insert", "A&nnotate", 2, "&New utterance here", "Add an utterance at the playhead", ("I",), "add", Need.EDIT
    ),
    Command(
        "delete",
        "A&nnotate",
        2,
        "&Delete utterance",
        "Take the utterance out, with its decisions",
        ("Delete",),
        "delete",
        Need.EDIT,
    ),
    Command("text", "A&nnotate", 3, "Edit te&xt", "Change the words of the utterance", ("T",), "text", Need.EDIT),
    Command("speaker", "A&nnotate", 3, "Change speake&r", "Say who speaks", ("P",), "", Need.EDIT),
    Command("comment", "A&nnotate", 3, "C&omment", "Write a comment on the utterance", ("C",), "", Need.EDIT),
    Command(
        "review",
        "A&nnotate",
        4,
        "Next to re&view",
        "Go to the next utterance of the review queue",
        ("N",),
        "next",
        Need.MEDIA,
    ),
    Command(
        "accept-many",
        "A&nnotate",
        4,
        "Accept man&y…",
        "Accept every undecided prediction that is sure enough, as one step",
        (),
        "",
        Need.EDIT,
    ),
    Command(
        "blind",
        "A&nnotate",
        5,
        "&Blind mode",
        "Hide predictions everywhere while you decide; kept with every decision",
        ("Ctrl+B",),
        "",
        checkable=True,
    ),
    Command("annotator", "A&nnotate", 5, "Annot&ator…", "The name that your decisions are kept under; rename yourself"),
    Command(
        "adopt",
        "A&nnotate",
        5,
        "Adopt the &other's label",
        "Decide as the other judge of the comparison did",
        ("A",),
        "",
        Need.EDIT,
    ),
    Command(
        "toggle",
        "&Play",
        0,
        "&Play or pause",
        "Play or pause; with an utterance selected, play it locked to its bounds",
        ("Space",),
        "play",
        Need.MEDIA,
    ),
    Command("shuttle-back", "&Play", 0, "Play &backwards", "Shuttle backwards; again: faster", ("J",), "", Need.MEDIA),
    Command("pause", "&Play", 0, "&Stop", "Stop the shuttle", ("K",), "", Need.MEDIA),
    Command("shuttle-on", "&Play", 0, "Play &forwards", "Shuttle forwards; again: faster", ("L",), "", Need.MEDIA),
    Command("frame-back", "&Play", 1, "Previous frame", "One frame back", ("Left",), "", Need.MEDIA),
    Command("frame-on", "&Play", 1, "Next frame", "One frame on", ("Right",), "", Need.MEDIA),
    Command("second-back", "&Play", 1, "One second back", "One second back", ("Shift+Left",), "", Need.MEDIA),
    Command("second-on", "&Play", 1, "One second on", "One second on", ("Shift+Right",), "", Need.MEDIA),
    Command("next", "&Play", 2, "&Next utterance", "Select the next utterance", ("Tab",), "next", Need.MEDIA),
    Command(
        "previous",
        "&Play",
        2,
        "P&revious utterance",
        "Select the utterance before",
        ("Shift+Tab",),
        "previous",
        Need.MEDIA,
    ),
    Command(
        "replay",
        "&Play",
        2,
        "Replay with &context",
        "Play the selected utterance with one second before and after",
        ("R",),
        "replay",
        Need.SELECTION,
    ),
    Command(
        "deselect",
        "&Play",
        2,
        "Select no utterance",
        "Give up the selection, so that Space plays on past its bounds",
        ("Escape",),
        "",
        Need.SELECTION,
    ),
    Command(
        "overlays",
        "&View",
        0,
        "Face &boxes",
        "Draw face boxes and area weights on the picture",
        ("B",),
        "overlay",
        checkable=True,
    ),
    Command("zoom-in", "&View", 1, "Zoom &in", "Show less time in the timeline", ("+", "="), "zoom-in", Need.MEDIA),
    Command("zoom-out", "&View", 1, "Zoom &out", "Show more time in the timeline", ("-",), "zoom-out", Need.MEDIA),
    Command("fit", "&View", 1, "&Fit the whole video", "Show all time in the timeline", ("F",), "fit", Need.MEDIA),
    Command("find", "&View", 2, "&Find utterances", "Go to the filter box", ("Ctrl+F",), "search", Need.MEDIA),
    Command(
        "reset-layout", "&View", 3, "&Reset layout", "Put all panels back to where they were at first", (), "layout"
    ),
    Command(
        "again",
        "&Analysis",
        0,
        "Analyse &again",
        "Compute everything anew, without what was kept from before",
        ("Ctrl+R",),
        "refresh",
        Need.MEDIA,
    ),
    Command(
        "analyse-all",
        "&Analysis",
        0,
        "Analyse a&ll videos",
        "Analyse the project's videos one after the other; goes on after a restart",
        (),
        "",
        Need.PROJECT,
    ),
    Command("cancel", "&Analysis", 0, "&Cancel", "Stop the analysis; what is computed stays", (), "stop", Need.RUNNING),
    Command("go-on", "&Analysis", 0, "&Go on", "Go on with a stopped analysis", (), "play", Need.HALTED),
    Command("model", "&Analysis", 1, "Choose &model…", "Choose the folder of a trained model bundle", (), "model"),
    Command(
        "model-card", "&Analysis", 1, "About the mo&del", "What the model that predicts can do and what not", (), "book"
    ),
    Command(
        "own-model", "&Analysis", 1, "Use the program's o&wn model", "Go back to the model that comes with the program"
    ),
    Command(
        "transcribe",
        "&Analysis",
        2,
        "Find out who sa&ys what",
        "Find the words of the speech; what a person wrote, bounded or labelled stays",
        ("Ctrl+Shift+W",),
        "microphone",
        Need.EDIT,
    ),
    Command(
        "recogniser",
        "&Analysis",
        2,
        "&Speech recognition model…",
        "Choose the model that finds the words, and whether it does so by itself",
        (),
        "microphone",
    ),
    Command(
        "train",
        "&Train",
        0,
        "&Train a model…",
        "Set up, watch and compare trainings, and use what they made",
        ("Ctrl+Shift+T",),
        "model",
    ),
    Command("shortcuts", "&Help", 0, "&Keyboard shortcuts", "Show all shortcuts", ("?",), "keyboard"),
    Command("keyboard", "&Help", 0, "Ch&ange shortcuts…", "Give commands other keys", (), "keyboard"),
    Command(
        "documentation", "&Help", 0, "&Documentation", "A short tour, and how to read predictions", ("F1",), "book"
    ),
    Command("about", "&Help", 1, "&About M2FNet Studio", "Versions of all parts, for bug reports", (), "info"),
)
